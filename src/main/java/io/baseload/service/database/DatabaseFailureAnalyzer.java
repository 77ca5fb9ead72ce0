package io.baseload.service.database;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A database that can't be reached, or refuses the login. */
final class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {
    private static final String CONNECTION = "08";
    private static final String AUTHORIZATION = "28";
    private static final String NO_SUCH_DATABASE = "3D";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        String state = String.valueOf(cause.getSQLState());
        boolean unreachable =
                state.startsWith(CONNECTION) || state.startsWith(AUTHORIZATION) || state.startsWith(NO_SUCH_DATABASE);
        if (!unreachable) {
            return null;
        }
        return new FailureAnalysis(
                "The database can't be used: " + cause.getMessage(),
                "Check spring.datasource.url, username and password, and that PostgreSQL runs; without"
                        + " spring.datasource.url an embedded one is used.",
                cause);
    }
}

package io.baseload.service.database;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ArgumentPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.PreparedStatementCallback;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterUtils;

/**
 * Sends statements together, so that they take one round trip to the database. They run in their order, each with a view of its own, as if they were sent one after the other. After one
 * that fails, none is run. The transaction is the caller's.
 */
public final class Pipeline {
    private final JdbcOperations jdbc;

    Pipeline(JdbcOperations jdbc) {
        this.jdbc = jdbc;
    }

    /** Runs them. Their rows are passed on when all have run. */
    public void run(List<SqlStatement> statements) {
        if (!statements.isEmpty()) {
            send(statements, "", statement -> read(statement, statements));
        }
    }

    /**
     * Runs the last statements of the caller's transaction, and commits it in the same round trip; what they return is ignored. The driver learns from the answer that the transaction has
     * ended, so it sends nothing when the caller commits. If one fails, nothing is committed.
     */
    public void runAndCommit(List<SqlStatement> statements) {
        if (!statements.isEmpty()) {
            send(statements, ";\nCOMMIT", PreparedStatement::execute);
        }
    }

    private void send(List<SqlStatement> statements, String end, PreparedStatementCallback<Boolean> execution) {
        var sql = new StringJoiner(";\n", "", end);
        var values = new ArrayList<@Nullable Object>(); // by position: statements may have parameters of the same name
        for (var one : statements) {
            var parsed = NamedParameterUtils.parseSqlStatement(one.sql());
            var parameters = new MapSqlParameterSource(one.parameters());
            sql.add(NamedParameterUtils.substituteNamedParameters(parsed, parameters));
            Collections.addAll(values, NamedParameterUtils.buildValueArray(parsed, parameters, null));
        }
        var setter = new ArgumentPreparedStatementSetter(values.toArray());
        jdbc.execute(sql.toString(), (PreparedStatementCallback<Boolean>) statement -> {
            setter.setValues(statement);
            return execution.doInPreparedStatement(statement);
        });
    }

    private static boolean read(PreparedStatement statement, List<SqlStatement> statements) throws SQLException {
        boolean rows = statement.execute();
        for (var one : statements) {
            if (rows) {
                try (ResultSet result = statement.getResultSet()) {
                    while (result.next()) {
                        one.rows().processRow(result);
                    }
                }
            }
            rows = statement.getMoreResults();
        }
        return true;
    }
}

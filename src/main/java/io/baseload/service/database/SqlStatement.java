package io.baseload.service.database;

import java.util.Map;
import org.springframework.jdbc.core.RowCallbackHandler;

/**
 * A statement to be run by a {@link Pipeline}.
 *
 * @param sql with named parameters, and without a semicolon
 * @param rows receives each row of its result, if {@link Pipeline#run} runs it; an exception from it must roll the transaction back
 */
public record SqlStatement(String sql, Map<String, ?> parameters, RowCallbackHandler rows) {
    /** A statement without rows. */
    public SqlStatement(String sql, Map<String, ?> parameters) {
        this(sql, parameters, row -> {});
    }
}

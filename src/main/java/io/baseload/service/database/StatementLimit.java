package io.baseload.service.database;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How long the database works on each statement that may need long. Each is planned for its parameters, which decide how much is read; other statements are planned once for each connection.
 *
 * @param time less than the driver waits for an answer: the database would go on with a statement that nobody waits for
 * @param field of the request, by which it can ask for less
 * @param advice how to ask for less
 */
public record StatementLimit(Duration time, String field, String advice) {
    private static final Duration USUAL = Duration.ofSeconds(15);
    private static final String CANCELLED = "57014";
    private static final String FOR_PARAMETERS = "set_config('plan_cache_mode', 'force_custom_plan', true)";

    public StatementLimit(String field, String advice) {
        this(USUAL, field, advice);
    }

    /**
     * Limits this and all later statements of the caller's transaction.
     *
     * @throws StatementTooLongException if one of {@code statements} takes too long; it must roll the transaction back
     */
    public <T> T within(JdbcClient jdbc, Supplier<T> statements) {
        jdbc.sql("SELECT set_config('statement_timeout', ?, true) || " + FOR_PARAMETERS)
                .param(time.toMillis() + "ms")
                .query(String.class)
                .single();
        try {
            return statements.get();
        } catch (DataAccessException e) {
            throw wasCancelled(e) ? new StatementTooLongException(this, e) : e;
        }
    }

    /** This and all later statements of the caller's transaction are planned for their parameters, for those that a usual limit is enough for. */
    public static void planForParameters(JdbcClient jdbc) {
        jdbc.sql("SELECT " + FOR_PARAMETERS).query(String.class).single();
    }

    private static boolean wasCancelled(DataAccessException failure) {
        return Stream.<Throwable>iterate(failure, cause -> cause != null, Throwable::getCause)
                .anyMatch(cause -> cause instanceof SQLException e && CANCELLED.equals(e.getSQLState()));
    }
}

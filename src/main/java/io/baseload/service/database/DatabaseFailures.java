package io.baseload.service.database;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/** Distinguishes a database that can't be used now from one that refuses a statement. */
public final class DatabaseFailures {
    private static final String READ_ONLY = "25006";
    private static final String IDLE_IN_TRANSACTION = "25P03";
    private static final String LOCK_TIMEOUT = "55P03";

    /** Classes of SQLSTATE: connection, resources (disk, memory, connections), operator intervention (shutdown, cancel), errors of the system below. */
    private static final List<String> PASSING_CLASSES = List.of("08", "53", "57", "58");

    private static final Set<String> PASSING = Set.of(
            READ_ONLY,
            IDLE_IN_TRANSACTION,
            "25P04", // transaction timeout
            "40001", // serialization failure
            "40P01", // deadlock
            LOCK_TIMEOUT);

    private static final Set<String> FORBIDDEN = Set.of(
            "42501", // insufficient privilege
            "42P01", // undefined table
            "42883"); // undefined function

    private DatabaseFailures() {}

    /**
     * Whether a failure is temporary and not the caller's fault, so that a retry makes sense: no connection, a server that stops or is read-only after a failover, a lock that was
     * not free in time.
     */
    public static boolean isUnavailable(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(20)
                .anyMatch(DatabaseFailures::passes);
    }

    /** Whether a lock was not free in time. */
    public static boolean isLocked(Exception failure) {
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof SQLException e
                && state(e).equals(LOCK_TIMEOUT);
    }

    /** Whether a right, a table or a function is missing, which an administrator can give back. */
    public static boolean isForbidden(Exception failure) {
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof SQLException e
                && FORBIDDEN.contains(state(e));
    }

    private static boolean passes(Throwable failure) {
        return switch (failure) {
            case SQLException e -> passes(e);
            case TransientDataAccessException e -> true;
            case RecoverableDataAccessException e -> true;
            case NonTransientDataAccessResourceException e -> true;
            case TransactionException e -> true;
            default -> false;
        };
    }

    private static boolean passes(SQLException e) {
        String state = state(e);
        return PASSING.contains(state) || PASSING_CLASSES.stream().anyMatch(state::startsWith);
    }

    /** Whether the connection itself can't be used any more: the server is stopping, has ended the session, or is now a standby. */
    static boolean spoilsConnection(SQLException e) {
        String state = state(e);
        return state.equals(READ_ONLY)
                || state.equals(IDLE_IN_TRANSACTION)
                || state.startsWith("08")
                || state.startsWith("57P");
    }

    private static String state(SQLException e) {
        return String.valueOf(e.getSQLState());
    }
}

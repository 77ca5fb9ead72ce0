package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.inference.LedgerUnavailableException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.dao.PessimisticLockingFailureException;

class FailuresTest {
    @Test
    void aDatabaseThatIsAwayIsNamed() {
        var away = new DataAccessResourceFailureException("gone", new SQLException("gone", "08006"));
        assertThat(refusal(away)).contains("The database is unavailable");
        assertThat(refusal(new LedgerUnavailableException(away))).contains("The database is unavailable");
    }

    @Test
    void aDatabaseThatAnswersIsNotCalledUnavailable() {
        var locked = new PessimisticLockingFailureException("locked", new SQLException("locked", "55P03"));
        var denied = new PermissionDeniedDataAccessException("denied", new SQLException("denied", "42501"));
        assertThat(refusal(locked)).startsWith("Quota and audit can't be written now");
        assertThat(refusal(new LedgerUnavailableException(denied))).startsWith("Quota and audit can't be written now");
        assertThat(refusal(new LedgerUnavailableException(new IllegalStateException("no lease"))))
                .startsWith("Quota and audit can't be written now");
    }

    @ParameterizedTest
    @ValueSource(strings = {"23514", "22P02"})
    void aRefusedStatementIsABug(String state) {
        var refused = new DataIntegrityViolationException("refused", new SQLException("refused", state));
        ApiException error = Failures.of(refused, "req-1");
        assertThat(error.status()).isEqualTo(500);
        assertThat(error).hasMessageContaining("req-1");
    }

    private static String refusal(RuntimeException failure) {
        ApiException error = Failures.of(failure, "req-1");
        assertThat(error.status()).isEqualTo(503);
        return String.valueOf(error.getMessage());
    }
}

package io.baseload.service.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.database.StatementLimit;
import io.baseload.service.database.StatementTooLongException;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** Budgets on a real PostgreSQL in which the reservations of one tenant take hours to read. */
class BudgetsTest {
    private static final String SLOW = "slow";

    private final TestPlatform platform = TestPlatform.fresh();

    @BeforeEach
    void start() {
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(SLOW, List.of(), 10, 1));
        var database = platform.superuser();
        database.sql("INSERT INTO reservation (id, tenant, key_prefix, model, request_id, instance, made_at, tokens,"
                        + " prompt_tokens, state) SELECT gen_random_uuid(), ?, 'k', 'm', 'r', gen_random_uuid(),"
                        + " clock_timestamp(), 1, 1, 'settled'")
                .param(SLOW)
                .update();
        database.sql("CREATE FUNCTION readable(tenant text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
                        + " IF tenant = 'slow' THEN PERFORM pg_sleep(36000); END IF; RETURN true; END $$")
                .update();
        database.sql("ALTER TABLE reservation ENABLE ROW LEVEL SECURITY").update();
        database.sql("CREATE POLICY readable ON reservation USING (readable(tenant))")
                .update();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void theTenantIsNotLockedLongerThanTheDatabaseMayAddUp() {
        var soon = new StatementLimit(Duration.ofSeconds(1), Budgets.LIMIT.field(), Budgets.LIMIT.advice());
        var budgets = new Budgets(platform.jdbc(), soon);
        var month = new UsageBudget(Period.MONTH, OptionalLong.of(1), OptionalLong.empty());
        assertThatThrownBy(() -> platform.get(TransactionOperations.class)
                        .executeWithoutResult(status -> budgets.replace(SLOW, "", List.of(month))))
                .isInstanceOfSatisfying(
                        StatementTooLongException.class,
                        e -> assertThat(e.field()).isEqualTo("windows"));
        assertThat(platform.get(Tenants.class).require(SLOW).windows()).isEmpty();
    }
}

package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.routing.Canary.Arm;
import io.baseload.service.routing.Canary.Rule;
import io.baseload.service.routing.Canary.State;
import io.baseload.service.routing.CanaryCount.TenantCount;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** Which canary of a name a result counts for, on a real PostgreSQL. */
class CanaryRowsTest {
    private static final String ALIAS = "name";
    private static final Instant MORNING = Instant.parse("2026-01-01T08:00:00Z");

    private final TestPlatform platform = TestPlatform.fresh();
    private final CanaryRows rows = new CanaryRows(platform.jdbc());
    private final CanaryTraffic traffic = new CanaryTraffic();

    @BeforeEach
    void start() {
        platform.jdbc()
                .sql("INSERT INTO alias (name, created_at) VALUES (?, now())")
                .param(ALIAS)
                .update();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private Canary begun(Instant at) {
        rows.start(new Canary(ALIAS, "model", Optional.empty(), new Rule(10, 20, 0.1, 2), State.RUNNING, "", at, null));
        traffic.use(rows.running());
        return traffic.find(ALIAS).orElseThrow();
    }

    private void reported() {
        traffic.report(rows);
    }

    @Test
    void lateResultsOfACanaryThatHasEndedDontCountForTheNext() {
        Canary first = begun(MORNING);
        traffic.failed(first, Arm.CANARY, "t");
        reported();
        assertThat(rows.counts(ALIAS).get(Arm.CANARY))
                .extracting(CanaryCount::errors)
                .isEqualTo(1L);
        assertThat(rows.end(first, State.ROLLED_BACK, "too many errors")).isTrue();

        Canary second = begun(MORNING.plusSeconds(60));
        for (Arm arm : List.of(Arm.CANARY, Arm.STABLE, Arm.CANARY)) {
            traffic.failed(first, arm, "t");
        }
        traffic.failed(second, Arm.CANARY, "t");
        reported();
        assertThat(rows.counts(ALIAS).get(Arm.CANARY))
                .extracting(CanaryCount::errors)
                .isEqualTo(1L);
        assertThat(rows.counts(ALIAS).get(Arm.STABLE))
                .extracting(CanaryCount::answers)
                .isEqualTo(0L);
    }

    @Test
    void resultsThatCantBeWrittenAreWrittenLater() {
        Canary canary = begun(MORNING);
        for (Arm arm : List.of(Arm.CANARY, Arm.STABLE, Arm.CANARY)) {
            traffic.failed(canary, arm, "t");
        }
        platform.superuser().sql("ALTER TABLE canary_count RENAME TO away").update();
        assertThatThrownBy(this::reported).isInstanceOf(DataAccessException.class);
        traffic.failed(canary, Arm.CANARY, "t");
        platform.superuser().sql("ALTER TABLE away RENAME TO canary_count").update();
        reported();
        reported();
        assertThat(rows.counts(ALIAS).get(Arm.CANARY).errors()).isEqualTo(3);
        assertThat(rows.counts(ALIAS).get(Arm.STABLE).errors()).isEqualTo(1);
    }

    @Test
    void eachTenantsAnswersAreCounted() {
        Canary canary = begun(MORNING);
        traffic.failed(canary, Arm.CANARY, "one");
        traffic.failed(canary, Arm.CANARY, "o\"ther");
        reported();
        traffic.failed(canary, Arm.CANARY, "one");
        reported();
        rows.add(canary, Arm.CANARY, CanaryCount.ofAnswer("good", Duration.ofMillis(1)));
        CanaryCount counted = rows.counts(ALIAS).get(Arm.CANARY);
        assertThat(counted.tenants())
                .isEqualTo(Map.of(
                        "one", new TenantCount(2, 2), "o\"ther", new TenantCount(1, 1), "good", new TenantCount(1, 0)));
        assertThat(counted.answers()).isEqualTo(4);
        assertThat(counted.errors()).isEqualTo(3);
        assertThat(counted.firstTokenMillis()).isEqualTo(1);
    }

    @Test
    void aLateVerdictDoesNotEndTheNext() {
        Canary first = begun(MORNING);
        rows.end(first, State.ROLLED_BACK, "by an operator");
        Canary second = begun(MORNING.plusSeconds(60));
        assertThat(rows.end(first, State.ROLLED_BACK, "too many errors")).isFalse();
        assertThat(rows.running()).containsExactly(second);
    }
}

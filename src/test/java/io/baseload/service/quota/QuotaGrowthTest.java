package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.database.DatabaseFailures;
import io.baseload.testing.Patience;
import io.baseload.testing.QueryPlans;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** What the ledger makes and drops as time goes by, on a real PostgreSQL. */
class QuotaGrowthTest {
    private static final String OLD = "reservation_before_202402";

    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @Test
    void dropsMonthsThatAreOlderThanTheRetentionOnceNothingRunsInThem() {
        try (var own = TestPlatform.fresh()) {
            var ownQuota = own.get(Quota.class);
            var wish = wish();
            var patient = new PatientQuota(own);
            patient.reserve(List.of(wish));
            makeOld(own);
            insertSettled(own, "2 days");
            ownQuota.dropMonths(Duration.ofDays(1));
            assertThat(months(own)).hasSize(3).contains(OLD);
            patient.settle(List.of(new Settlement(wish.id(), 1, 1, Settlement.State.SETTLED)));
            ownQuota.partition();
            assertThat(months(own)).contains(OLD);
            ownQuota.dropMonths(Duration.ofDays(1));
            assertThat(months(own)).doesNotContain(OLD);
            assertThat(own.counted("default")).hasSize(3).containsOnly(new TestPlatform.Counted(2, 0));
        }
    }

    @Test
    void aClockThatIsAheadDropsNothing() {
        try (var own = TestPlatform.fresh()) {
            makeOld(own); // by a clock that has just been set ahead by years
            insertSettled(own, "1 minute");
            own.get(Quota.class).dropMonths(Duration.ofDays(1));
            assertThat(months(own)).contains(OLD);
        }
    }

    @Test
    void anOldMonthThatIsReadIsDroppedLaterAndKeepsNobodyWaiting() throws Exception {
        try (var own = TestPlatform.fresh()) {
            makeOld(own);
            insertSettled(own, "2 days");
            own.superuser().sql("DROP TABLE " + months(own).getLast()).update();
            try (var reader = own.superuserConnection()) {
                reader.setAutoCommit(false);
                reader.createStatement().execute("SELECT * FROM reservation");
                assertThatThrownBy(() -> own.get(Quota.class).dropMonths(Duration.ofDays(1)))
                        .isInstanceOfSatisfying(
                                RuntimeException.class,
                                e -> assertThat(DatabaseFailures.isLocked(e)).isTrue());
                own.get(Quota.class).partition();
                assertThat(months(own)).hasSize(3).contains(OLD);
                assertGranted(own);
            }
            own.superuser().sql("UPDATE reservation SET state = 'settled'").update();
            own.get(Quota.class).dropMonths(Duration.ofDays(1));
            assertThat(months(own)).doesNotContain(OLD);
        }
    }

    private static void makeOld(TestPlatform platform) {
        platform.superuser()
                .sql("ALTER TABLE " + months(platform).getFirst() + " RENAME TO " + OLD)
                .update();
    }

    private static void insertSettled(TestPlatform platform, String age) {
        platform.superuser()
                .sql("INSERT INTO reservation (id, tenant, key_prefix, model, request_id, instance, state, made_at,"
                        + " tokens, prompt_tokens, ended_at) SELECT gen_random_uuid(), 'other', 'bl_test', 'tiny',"
                        + " 'req-0', gen_random_uuid(), 'settled', at, 1, 1, at FROM (SELECT clock_timestamp() -"
                        + " ?::interval AS at) t")
                .param(age)
                .update();
    }

    @Test
    void thePresentMonthHasItsPartitionHoweverLongNobodyMadeAny() {
        try (var own = TestPlatform.fresh()) {
            dropMonths(own);
            own.get(Quota.class).partition();
            assertThat(months(own)).hasSize(3);
            assertGranted(own);
        }
    }

    @Test
    void aClockThatWasSetBackDoesNoHarm() {
        try (var own = TestPlatform.fresh()) {
            dropMonths(own);
            own.superuser()
                    .sql("CREATE TABLE reservation_before_209902 PARTITION OF reservation FOR VALUES FROM (MINVALUE) TO"
                            + " ('2099-02-01 00:00:00+00')")
                    .update();
            own.get(Quota.class).partition();
            assertThat(months(own)).containsExactly("reservation_before_209902");
            assertGranted(own);
        }
    }

    @Test
    void oldShortWindowsAreFoundByTheirIndexAndForgotten() {
        try (var own = TestPlatform.fresh()) {
            own.superuser().sql("""
                INSERT INTO quota_window (tenant, period, starts_at)
                SELECT 'busy', p, date_trunc(p, clock_timestamp(), 'UTC') - i * ('1 ' || p)::interval
                FROM (VALUES ('minute', 2900), ('hour', 60), ('day', 4000)) v(p, n), generate_series(0, n) i\
                """).update();
            own.superuser().sql("ANALYZE quota_window").update();
            assertThat(QueryPlans.of(own, QuotaWindows.PRUNE, Map.of()))
                    .anyMatch(line -> line.contains("quota_window_short"));
            own.get(TransactionOperations.class)
                    .executeWithoutResult(status -> own.get(Quota.class).prune());
            assertThat(own.jdbc()
                            .sql("SELECT period FROM quota_window WHERE starts_at < clock_timestamp() - interval '49"
                                    + " hours' GROUP BY period")
                            .query(String.class)
                            .list())
                    .containsExactly("day");
            assertThat(own.jdbc()
                            .sql("SELECT count(*) FROM quota_window WHERE period = 'hour'")
                            .query(Integer.class)
                            .single())
                    .isBetween(48, 50);
        }
    }

    private static void dropMonths(TestPlatform platform) {
        months(platform)
                .forEach(
                        month -> platform.superuser().sql("DROP TABLE " + month).update());
    }

    private static void assertGranted(TestPlatform platform) {
        var decisions = new PatientQuota(platform).reserve(List.of(wish()));
        assertThat(decisions).singleElement().isInstanceOf(QuotaDecision.Granted.class);
    }

    private static List<String> months(TestPlatform platform) {
        return platform.superuser()
                .sql("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'reservation'::regclass ORDER"
                        + " BY inhrelid")
                .query(String.class)
                .list();
    }

    private static Reservation wish() {
        var id = UUID.randomUUID();
        return new Reservation(id, id, "default", "bl_test", "tiny", "req-1", false, 1, 10, 10);
    }
}

package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** What the ledger makes and drops as time goes by, on a real PostgreSQL. */
class QuotaGrowthTest {
    @BeforeEach
    void awaitADayThatLasts() {
        Patience.awaitADayThatLasts();
    }

    @Test
    void dropsMonthsThatAreOlderThanTheRetentionOnceNothingRunsInThem() {
        try (var own = TestPlatform.fresh()) {
            var ownQuota = own.get(Quota.class);
            var ownTransactions = own.get(TransactionOperations.class);
            var wish = wish();
            ownTransactions.executeWithoutResult(status -> ownQuota.reserve(List.of(wish)));
            own.superuser()
                    .sql("DO $$ BEGIN EXECUTE (SELECT format('ALTER TABLE %I RENAME TO reservation_before_202402',"
                            + " tableoid::regclass::text) FROM reservation); END $$")
                    .update();
            ownQuota.partition(Optional.of(Duration.ofDays(1)));
            assertThat(months(own)).hasSize(3).contains("reservation_before_202402");
            ownTransactions.executeWithoutResult(
                    status -> ownQuota.settle(List.of(new Settlement(wish.id(), 1, 1, Settlement.State.SETTLED))));
            ownQuota.partition(Optional.empty());
            assertThat(months(own)).hasSize(3);
            ownQuota.partition(Optional.of(Duration.ofDays(1)));
            assertThat(months(own)).hasSize(2).doesNotContain("reservation_before_202402");
            assertThat(own.counted("default")).hasSize(3).containsOnly(new TestPlatform.Counted(2, 0));
        }
    }

    @Test
    void thePresentMonthHasItsPartitionHoweverLongNobodyMadeAny() {
        try (var own = TestPlatform.fresh()) {
            dropMonths(own);
            own.get(Quota.class).partition(Optional.empty());
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
            own.get(Quota.class).partition(Optional.empty());
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
            assertThat(own.jdbc()
                            .sql("EXPLAIN " + QuotaWindows.PRUNE)
                            .query(String.class)
                            .list())
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
                .sql("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'reservation'::regclass")
                .query(String.class)
                .list();
    }

    private static Reservation wish() {
        var id = UUID.randomUUID();
        return new Reservation(id, id, "default", "bl_test", "tiny", "req-1", false, 1, 10, 10);
    }
}

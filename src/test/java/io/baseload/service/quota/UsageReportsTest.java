package io.baseload.service.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.baseload.service.database.LongReads;
import io.baseload.service.database.ReadsBusyException;
import io.baseload.service.database.StatementLimit;
import io.baseload.service.database.StatementTooLongException;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** Reports on a real PostgreSQL in which the rows of one tenant take hours to read. */
class UsageReportsTest {
    private static final String SLOW = "slow";
    private static final Instant FAR = Instant.parse("9999-01-01T00:00:00Z");

    private static TestPlatform platform;

    @BeforeAll
    static void start() {
        platform = TestPlatform.fresh();
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

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void theLedgerHasConnectionsHoweverManyReportsAreAskedFor() throws Exception {
        var soon = new StatementLimit(Duration.ofSeconds(1), UsageReports.LIMIT.field(), UsageReports.LIMIT.advice());
        var reads = new LongReads(platform.jdbc(), platform.get(TransactionOperations.class), soon);
        var reports = new UsageReports(platform.jdbc(), reads);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var seen = new AtomicBoolean();
            List<Future<Throwable>> asked = IntStream.range(0, 12)
                    .mapToObj(i -> threads.submit(() -> {
                        Throwable end;
                        do { // again, if this machine has looked at none of them while they ran
                            end = catchThrowable(() -> reports.usage(SLOW, Instant.EPOCH, FAR));
                        } while (!seen.get());
                        return end;
                    }))
                    .toList();
            try {
                Patience.await().until(UsageReportsTest::running, running -> running == LongReads.MAX_READS);
            } finally {
                seen.set(true);
            }
            while (!asked.stream().allMatch(Future::isDone)) {
                assertThat(granted()).isTrue();
                assertThat(running()).isLessThanOrEqualTo(LongReads.MAX_READS);
                Thread.sleep(100);
            }
            for (var one : asked) {
                assertThat(one.get()).isInstanceOfAny(StatementTooLongException.class, ReadsBusyException.class);
            }
            assertThat(running()).as("reports that the database still makes").isZero();
        }
    }

    @Test
    void anEmptyTimeHasTheWindowsAndReadsNoReservation() {
        var usage = platform.get(UsageReports.class).usage(SLOW, Instant.EPOCH, Instant.EPOCH);
        assertThat(usage.requests()).isZero();
        assertThat(usage.windows()).isNotEmpty();
    }

    private static int running() {
        return platform.superuser()
                .sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event ="
                        + " 'PgSleep'")
                .query(Integer.class)
                .single();
    }

    private static boolean granted() {
        var wish = new Reservation(
                UUID.randomUUID(), UUID.randomUUID(), "default", "bl_test", "tiny", "req-1", false, 1, 10, 10);
        var quota = new PatientQuota(platform);
        boolean granted = quota.reserve(List.of(wish)).getFirst() instanceof QuotaDecision.Granted;
        quota.settle(List.of(new Settlement(wish.id(), 1, 1, Settlement.State.SETTLED)));
        return granted;
    }
}

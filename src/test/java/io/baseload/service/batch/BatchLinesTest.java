package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.baseload.service.audit.Actor;
import io.baseload.service.batch.LineRunner.Outcome.Ended;
import io.baseload.service.batch.RequestBatch.Counts;
import io.baseload.service.cluster.Membership;
import io.baseload.service.web.ApiException;
import io.baseload.testing.Patience;
import io.baseload.testing.QueryPlans;
import io.baseload.testing.TestPlatform;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** Who runs which line of a batch, by several processes on one PostgreSQL. */
class BatchLinesTest {
    private final TestBatches made = new TestBatches();
    private final TestPlatform platform = made.platform;
    private final BatchRows batches = made.batches;
    private final LineRows lines = made.lines;
    private final UUID here = made.here;
    private int tenants;

    @AfterEach
    void stop() {
        made.close();
    }

    private String tenant() {
        String id = "t" + ++tenants;
        made.tenant(id);
        return id;
    }

    private static Ended answered(String text) {
        return new Ended(true, text.getBytes(StandardCharsets.UTF_8), new TokenTotals(7, 3, 5, 2));
    }

    private static Ended failed(String text) {
        return new Ended(false, text.getBytes(StandardCharsets.UTF_8), TokenTotals.NONE);
    }

    /** A batch that is over, taken by this process. */
    private Optional<BatchRows.Ending> over() {
        return made.output(made.files).take(here);
    }

    private BatchStatus status(RequestBatch batch) {
        return batches.find(batch.tenant(), batch.id()).orElseThrow().status();
    }

    @Test
    void aProcessWithoutLeaseTakesNothing() {
        made.begun(tenant(), 1);
        assertThat(lines.take(UUID.randomUUID(), List.of())).isEmpty();
        assertThat(lines.take(here, List.of())).isPresent();
    }

    @Test
    void onlyTheLastAttemptSaysHowALineEnded() {
        made.begun(tenant(), 1);
        BatchLine first = lines.take(here, List.of()).orElseThrow();
        assertThat(lines.release(here, List.of(first))).isZero();
        assertThat(lines.release(here, List.of())).isEqualTo(1);
        BatchLine second = lines.take(here, List.of()).orElseThrow();
        assertThat(second.attempts()).isEqualTo(2);
        lines.giveBack(first, here);
        assertThat(lines.end(first, here, answered("late"))).isFalse();
        assertThat(lines.end(second, here, answered("in time"))).isTrue();
    }

    @Test
    void aBatchThatAProcessLeavesAloneIsNotTaken() {
        RequestBatch one = made.begun(tenant(), 1);
        RequestBatch other = made.begun(tenant(), 1);
        assertThat(lines.take(here, List.of(one.id()))).map(BatchLine::batch).contains(other.id());
        assertThat(lines.take(here, List.of(one.id()))).isEmpty();
    }

    @Test
    void batchesThatNobodyWorksOnAreReleased() {
        made.created(tenant(), "x");
        RequestBatch taken = batches.takeUnread(here).orElseThrow();
        assertThat(batches.releaseOthers(here, Optional.of(taken))).isZero();
        assertThat(batches.takeUnread(here)).isEmpty();
        assertThat(batches.releaseOthers(here, Optional.empty())).isEqualTo(1);
        assertThat(batches.takeUnread(here)).isPresent();
    }

    @Test
    void tenantsTakeTurnsWithFilesThatAreToBeRead() {
        String busy = tenant();
        made.created(busy, "x");
        made.created(busy, "x");
        String other = tenant();
        made.created(other, "x");
        assertThat(List.of(
                        batches.takeUnread(here).orElseThrow().tenant(),
                        batches.takeUnread(here).orElseThrow().tenant(),
                        batches.takeUnread(here).orElseThrow().tenant()))
                .containsExactly(busy, other, busy);
    }

    @Test
    void aTenantWhoseLinesRunHasItsTurnWithFiles() {
        String busy = tenant();
        String running = tenant();
        made.begun(running, 1);
        made.created(busy, "x");
        made.created(busy, "x");
        made.created(running, "x");
        assertThat(batches.takeUnread(here)).map(RequestBatch::tenant).contains(busy);
        assertThat(lines.take(here, List.of())).map(BatchLine::tenant).contains(running);
        assertThat(batches.takeUnread(here)).map(RequestBatch::tenant).contains(running);
    }

    @Test
    void eachLineIsTakenByOneProcess() {
        RequestBatch batch = made.begun(tenant(), 40);
        try (TestPlatform beside = platform.beside(BatchConfiguration.class)) {
            UUID there = beside.get(Membership.class).lease().instance();
            var thereLines = new LineRows(beside.jdbc());
            var taken = new ConcurrentLinkedQueue<Integer>();
            var threads = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> {
                        for (int j = 0; j < 5; j++) {
                            var line = i % 2 == 0 ? lines.take(here, List.of()) : thereLines.take(there, List.of());
                            line.map(BatchLine::line).ifPresent(taken::add);
                        }
                    }))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(threads).join();
            for (var line = lines.take(here, List.of()); line.isPresent(); line = lines.take(here, List.of())) {
                taken.add(line.get().line());
            }
            assertThat(taken).hasSize(40).doesNotHaveDuplicates();
            assertThat(status(batch)).isEqualTo(BatchStatus.IN_PROGRESS);
        }
    }

    @Test
    void linesOfALostProcessAreRunByAnotherAndEndedOnesByNone() {
        RequestBatch batch = made.begun(tenant(), 2);
        BatchLine first;
        UUID there;
        try (TestPlatform beside = platform.beside(BatchConfiguration.class)) {
            there = beside.get(Membership.class).lease().instance();
            BatchLine done = lines.take(there, List.of()).orElseThrow();
            first = lines.take(there, List.of()).orElseThrow();
            assertThat(lines.end(done, there, answered("done"))).isTrue();
            assertThat(lines.take(here, List.of())).as("all run or have run").isEmpty();
            assertThat(over()).as("one runs").isEmpty();
        }
        BatchLine again = lines.take(here, List.of()).orElseThrow();
        assertThat(again.line()).isEqualTo(first.line());
        assertThat(again.attempts()).isEqualTo(2);
        assertThat(again.requestId()).isNotEqualTo(first.requestId());
        assertThat(lines.end(first, there, answered("late")))
                .as("no longer its")
                .isFalse();
        assertThat(lines.end(again, here, failed("second"))).isTrue();
        assertThat(lines.take(here, List.of())).isEmpty();
        assertThat(lines.results(batch, 0, 10))
                .extracting(it -> new String(it.result(), StandardCharsets.UTF_8))
                .containsExactly("done", "second");
        assertThat(lines.totals(batch).counts()).isEqualTo(new Counts(2, 1, 1));
        var ending = over().orElseThrow();
        assertThat(ending.last()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(over()).as("somebody writes its files").isEmpty();
    }

    @Test
    void batchesAreListedWithTheirProgressWithoutReadingTheirLines() {
        String tenant = tenant();
        made.begun(tenant, 2);
        lines.end(lines.take(here, List.of()).orElseThrow(), here, answered("1"));
        lines.end(lines.take(here, List.of()).orElseThrow(), here, failed("2"));
        made.begun(tenant, 3);
        lines.end(lines.take(here, List.of()).orElseThrow(), here, answered("1"));
        platform.owner().sql("REVOKE SELECT ON batch_line FROM baseload_app").update();
        assertThat(platform.get(Batches.class).page(tenant, null, 20))
                .extracting(seen -> seen.batch().counts(), seen -> seen.batch().tokens())
                .containsExactly(
                        tuple(new Counts(3, 1, 0), Optional.of(new TokenTotals(7, 3, 5, 2))),
                        tuple(new Counts(2, 1, 1), Optional.of(new TokenTotals(7, 3, 5, 2))));
    }

    @Test
    void theLinesOfAProcessAreFoundWithoutThoseOfOthers() {
        List<String> plan = platform.get(TransactionOperations.class).execute(status -> {
            platform.jdbc().sql("SET LOCAL enable_seqscan = off").update();
            return QueryPlans.of(
                    platform, LineRows.RELEASE, Map.of("instance", "'" + here + "'", "running", "'{batch_1}'"));
        });
        assertThat(plan).anyMatch(line -> line.contains("Index Cond: (instance = "));
    }

    @Test
    void batchesThatHaveEndedCostNothingWhereLinesAreTaken() {
        List<String> plan = platform.get(TransactionOperations.class).execute(status -> {
            platform.jdbc().sql("SET LOCAL enable_seqscan = off").update();
            return QueryPlans.of(platform, LineRows.TAKE, Map.of("instance", "'" + here + "'", "waiting", "'{}'"));
        });
        assertThat(plan).anyMatch(line -> line.matches(".* using batch_active on batch +\\(.*"));
    }

    @Test
    void tenantsTakeTurnsHoweverManyLinesTheyHave() {
        String many = tenant();
        String few = tenant();
        made.begun(many, 100);
        made.begun(many, 100);
        made.begun(few, 3);
        var order = IntStream.range(0, 6)
                .mapToObj(i -> lines.take(here, List.of()).orElseThrow().tenant())
                .toList();
        assertThat(order).containsExactly(many, few, many, few, many, few);
    }

    /** A tenant that keeps creating them would take all turns. */
    @Test
    void batchesThatHaveEndedWereTurnsToo() {
        String small = tenant();
        String large = tenant();
        for (int i = 0; i < 3; i++) {
            made.begun(small, 1);
        }
        made.begun(large, 3);
        var order = IntStream.range(0, 6).mapToObj(i -> runNext()).toList();
        assertThat(order).containsExactly(small, large, small, large, small, large);
    }

    /** Runs the next line, and ends its batch if it was the last one. Returns its tenant. */
    private String runNext() {
        BatchLine line = lines.take(here, List.of()).orElseThrow();
        lines.end(line, here, answered("x"));
        over().ifPresent(this::end);
        return line.tenant();
    }

    private void end(BatchRows.Ending ending) {
        var end = new BatchEnd(
                ending.last(),
                new Counts(1, 1, 0),
                TokenTotals.NONE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(batches.end(ending.batch(), here, end)).isTrue();
    }

    @Test
    void aLineThatWasRefusedForAWhileIsNotLost() {
        RequestBatch batch = made.begun(tenant(), 1);
        BatchLine line = lines.take(here, List.of()).orElseThrow();
        lines.giveBack(line, here);
        batches.pause(batch, Duration.ofHours(1), 0);
        assertThat(lines.take(here, List.of())).isEmpty();
        assertThat(over()).isEmpty();
        batches.pause(batch, Duration.ZERO, 0);
        assertThat(lines.take(here, List.of())).contains(line);
    }

    @Test
    void linesThatHaveNotRunInTimeExpire() {
        RequestBatch batch = made.begun(tenant(), 2);
        BatchLine line = lines.take(here, List.of()).orElseThrow();
        expire(batch);
        assertThat(lines.take(here, List.of())).isEmpty();
        assertThat(over()).as("one still runs").isEmpty();
        lines.end(line, here, answered("in time"));
        var ending = over().orElseThrow();
        assertThat(ending.last()).isEqualTo(BatchStatus.EXPIRED);
        end(ending);
        assertThat(status(batch)).isEqualTo(BatchStatus.EXPIRED);
    }

    @Test
    void noLineIsTakenOnceTheTimeIsOverHoweverLongTheWaitForTheBatchWas() throws Exception {
        RequestBatch batch = made.begun(tenant(), 1);
        try (var other = platform.superuserConnection()) {
            other.setAutoCommit(false);
            execute(other, "SELECT FROM batch FOR UPDATE");
            var taking = CompletableFuture.supplyAsync(() -> lines.take(here, List.of()));
            Patience.await().until(this::somebodyWaitsForALock);
            execute(other, "UPDATE batch SET expires_at = clock_timestamp()");
            other.commit();
            assertThat(taking.get()).isEmpty();
        }
        assertThat(over().orElseThrow().last()).isEqualTo(BatchStatus.EXPIRED);
        assertThat(lines.totals(batch).counts()).isEqualTo(new Counts(1, 0, 0));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private boolean somebodyWaitsForALock() {
        return platform.superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }

    @Test
    void aBatchIsNotOverIfALineWasTakenJustBefore() {
        RequestBatch batch = made.begun(tenant(), 1);
        expire(batch);
        assertThat(batches.takeEnded(here)).map(RequestBatch::id).contains(batch.id());
        platform.superuser()
                .sql("UPDATE batch_line SET state = 'running', instance = ?")
                .param(here)
                .update();
        assertThat(batches.finish(batch)).isEmpty();
        assertThat(status(batch)).isEqualTo(BatchStatus.IN_PROGRESS);
    }

    @Test
    void aLostProcessCanNotEndALineOfABatchThatIsOver() {
        RequestBatch batch = made.begun(tenant(), 1);
        BatchLine line;
        UUID there;
        try (TestPlatform beside = platform.beside(BatchConfiguration.class)) {
            there = beside.get(Membership.class).lease().instance();
            line = lines.take(there, List.of()).orElseThrow();
        }
        expire(batch);
        assertThat(over().orElseThrow().last()).isEqualTo(BatchStatus.EXPIRED);
        assertThat(lines.end(line, there, answered("late"))).isFalse();
    }

    private void expire(RequestBatch batch) {
        platform.superuser()
                .sql("UPDATE batch SET expires_at = clock_timestamp() WHERE id = ?")
                .param(batch.id())
                .update();
    }

    @Test
    void aTenantHasSoManyBatchesAtATime() {
        String tenant = tenant();
        for (int i = 0; i < 20; i++) {
            made.created(tenant, "x");
        }
        var refused = catchThrowableOfType(ApiException.class, () -> made.created(tenant, "x"));
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.detail().type()).isEqualTo("requests");
        assertThat(refused.retryAfter()).isPresent();
        made.created(tenant(), "x");
    }

    @Test
    void aFileIsKeptAsLongAsABatchReadsIt() {
        String tenant = tenant();
        RequestBatch batch = made.begun(tenant, 1);
        var refused = catchThrowableOfType(
                ApiException.class, () -> made.files.delete(Actor.SYSTEM, tenant, batch.inputFile()));
        assertThat(refused.status()).isEqualTo(409);
        platform.superuser()
                .sql("UPDATE stored_file SET expires_at = clock_timestamp()")
                .update();
        made.files.expire();
        assertThat(made.files.input(batch).id()).isEqualTo(batch.inputFile());
    }
}

package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.batch.BatchRows.Ending;
import io.baseload.service.batch.LineRunner.Outcome.Ended;
import io.baseload.service.batch.RequestBatch.Counts;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
import io.baseload.service.web.ApiException;
import io.baseload.testing.TestPlatform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.json.JsonMapper;

/** The files that batches write, by several processes on one PostgreSQL. */
class BatchOutputTest {
    private static final String TENANT = "acme";
    private static final TokenTotals TOKENS = new TokenTotals(7, 3, 5, 2);

    private final TestBatches made = new TestBatches();
    private final TestPlatform platform = made.platform;
    private final FileStore files = made.files;
    private final BatchRows batches = made.batches;
    private final LineRows lines = made.lines;
    private final UUID here = made.here;

    @BeforeEach
    void start() {
        made.tenant(TENANT);
    }

    @AfterEach
    void stop() {
        made.close();
    }

    /** The store with transactions before one of which something else happens. */
    private FileStore overtaken(int before, Runnable other) {
        return new FileStore(
                new FileRows(platform.jdbc()),
                batches,
                platform.get(Contents.class),
                platform.get(MasterKeys.class),
                new Overtaken(platform.get(TransactionOperations.class), before, other),
                platform.get(AuditTrail.class),
                platform.get(FileProperties.class));
    }

    /** A batch whose lines have all run. */
    private RequestBatch ran(int size, IntPredicate answered, IntFunction<String> results) {
        RequestBatch batch = made.begun(TENANT, size);
        for (var next = lines.take(here, List.of()); next.isPresent(); next = lines.take(here, List.of())) {
            int line = next.get().line();
            byte[] text = results.apply(line).getBytes(StandardCharsets.UTF_8);
            byte[] sealed = platform.get(Contents.class).key(TENANT).seal(text, LineRunner.purpose(batch, line));
            assertThat(lines.end(next.get(), here, new Ended(answered.test(line), sealed, TOKENS)))
                    .isTrue();
        }
        return batch;
    }

    /** Takes a batch for a process that is gone at once, though it does not know. */
    private Late taken() {
        try (TestPlatform beside = platform.beside(BatchConfiguration.class)) {
            UUID there = beside.get(Membership.class).lease().instance();
            return new Late(made.output(files).take(there).orElseThrow(), there);
        }
    }

    private record Late(Ending ending, UUID instance) {}

    private void writeHere() {
        made.output(files).write(made.output(files).take(here).orElseThrow(), here);
    }

    private RequestBatch now(RequestBatch batch) {
        return batches.find(TENANT, batch.id()).orElseThrow();
    }

    private String read(Optional<String> file) throws IOException {
        var text = new ByteArrayOutputStream();
        files.copy(files.find(TENANT, file.orElseThrow()).orElseThrow(), text);
        return text.toString(StandardCharsets.UTF_8);
    }

    private static String result(int line) {
        return "result " + line;
    }

    private static String longResult(int line) {
        return Integer.toString(line).repeat(10_000);
    }

    private static String lines(IntStream numbers, IntFunction<String> results) {
        return numbers.mapToObj(line -> results.apply(line) + "\n").collect(Collectors.joining());
    }

    @Test
    void answersAndErrorsAreInFilesOfTheirOwnInTheOrderOfTheLines() throws IOException {
        IntPredicate answered = line -> line % 3 != 0;
        RequestBatch batch = ran(200, answered, BatchOutputTest::result);
        writeHere();
        var ended = now(batch);
        assertThat(ended.status()).isEqualTo(BatchStatus.COMPLETED);
        assertThat(ended.counts()).isEqualTo(new Counts(200, 134, 66));
        assertThat(read(ended.outputFile()))
                .isEqualTo(lines(IntStream.rangeClosed(1, 200).filter(answered), BatchOutputTest::result));
        assertThat(read(ended.errorFile()))
                .isEqualTo(lines(IntStream.rangeClosed(1, 200).filter(answered.negate()), BatchOutputTest::result));
    }

    @Test
    void resultsMayBeLarge() throws IOException {
        IntFunction<String> large = line -> Integer.toString(line % 10).repeat(3 << 20);
        RequestBatch batch = ran(5, line -> true, large);
        writeHere();
        assertThat(read(now(batch).outputFile()).equals(lines(IntStream.rangeClosed(1, 5), large)))
                .isTrue();
        assertThat(now(batch).errorFile()).isEmpty();
    }

    @Test
    void aProcessThatComesLateChangesNothing() throws IOException {
        RequestBatch batch = ran(3, line -> true, BatchOutputTest::result);
        Late late = taken();
        writeHere();
        assertThatThrownBy(() -> made.output(files).write(late.ending(), late.instance()))
                .hasMessageContaining("taken by another process");
        assertThat(read(now(batch).outputFile()))
                .isEqualTo(lines(IntStream.rangeClosed(1, 3), BatchOutputTest::result));
    }

    @Test
    void aProcessThatLosesTheBatchWhileItWritesChangesNothing() throws IOException {
        RequestBatch batch = ran(200, line -> true, BatchOutputTest::longResult);
        Late late = taken();
        var overtaken = overtaken(4, this::writeHere); // two begin the files, two write
        assertThatThrownBy(() -> made.output(overtaken).write(late.ending(), late.instance()))
                .hasMessageContaining("taken by another process");
        assertThat(read(now(batch).outputFile()))
                .isEqualTo(lines(IntStream.rangeClosed(1, 200), BatchOutputTest::longResult));
    }

    /** Transactions, before one of which something else happens. */
    private static final class Overtaken implements TransactionOperations {
        private final TransactionOperations transactions;
        private final Runnable other;
        private int left;

        Overtaken(TransactionOperations transactions, int before, Runnable other) {
            this.transactions = transactions;
            this.left = before;
            this.other = other;
        }

        @Override
        public <T extends @Nullable Object> T execute(TransactionCallback<T> action) {
            if (left-- == 0) {
                other.run();
            }
            return transactions.execute(action);
        }
    }

    @Test
    void aFileThatIsWrittenForHoursIsNotErased() {
        ran(1, line -> true, BatchOutputTest::result);
        Ending ending = made.output(files).take(here).orElseThrow();
        var rows = new FileRows(platform.jdbc());
        rows.insert(TENANT, "file-written", "output.jsonl", StoredFile.OUTPUT, 0, Duration.ofDays(1));
        platform.superuser()
                .sql("UPDATE stored_file SET written_at = written_at - interval '2 hours' WHERE id = 'file-written'")
                .update();
        files.expire();
        assertThat(rows.taken(TENANT).files()).as("input and output").isEqualTo(2);
        var end = new BatchEnd(
                ending.last(), new Counts(1, 1, 0), TOKENS, Optional.empty(), Optional.empty(), Optional.empty());
        assertThat(batches.end(ending.batch(), here, end)).isTrue();
        files.expire();
        assertThat(rows.taken(TENANT).files()).as("the input").isEqualTo(1);
    }

    @Test
    void theUsageOfABatchIsTheSumOfItsLines() {
        RequestBatch batch = ran(200, line -> line % 2 == 0, BatchOutputTest::result);
        var sum = new TokenTotals(200 * 7, 200 * 3, 200 * 5, 200 * 2);
        var service = platform.get(Batches.class);
        assertThat(service.find(TENANT, batch.id()).orElseThrow().batch().tokens())
                .as("as far as it is")
                .contains(sum);
        writeHere();
        assertThat(service.find(TENANT, batch.id()).orElseThrow().batch().tokens())
                .contains(sum);
    }

    @Test
    void aLineThatCantBeReadFailsTheBatchAndKeepsNoOtherFromItsFile() throws IOException {
        RequestBatch batch = ran(3, line -> true, BatchOutputTest::result);
        superuser("UPDATE batch_line SET result = 'changed'::bytea WHERE line = 2");
        writeHere();
        var ended = now(batch);
        assertThat(ended.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(read(ended.outputFile())).isEqualTo("result 1\nresult 3\n");
        assertThat(errors(batch)).contains("\"line\":2").contains("can't be opened");
        assertThat(endings(batch)).containsExactly("failed");
        assertThat(lines.totals(batch).counts().total())
                .as("lines that are left")
                .isZero();
    }

    @Test
    void aBatchFailsIfTheFileOfItsRemainingLinesIsGone() {
        RequestBatch batch = made.begun(TENANT, 2);
        cancelled(batch);
        superuser("DELETE FROM stored_file");
        writeHere();
        assertThat(now(batch).status()).isEqualTo(BatchStatus.FAILED);
        assertThat(now(batch).counts().total()).isEqualTo(2);
        assertThat(errors(batch))
                .contains("\"line\":1")
                .contains("\"line\":2")
                .contains(batch.inputFile() + " is gone");
    }

    @Test
    void aBatchWhoseFilesCantBeWrittenEndsWithoutThem() {
        RequestBatch batch = ran(1, line -> true, BatchOutputTest::result);
        Ending ending = made.output(files).take(here).orElseThrow();
        made.output(files)
                .fail(ending.batch(), here, List.of(new BatchError("server_error", null, "It failed.", null)));
        var ended = now(batch);
        assertThat(ended.status()).isEqualTo(BatchStatus.FAILED);
        assertThat(ended.outputFile()).isEmpty();
        assertThat(ended.tokens()).contains(TOKENS);
        assertThat(errors(batch)).contains("It failed.");
        assertThat(endings(batch)).containsExactly("failed");
    }

    @Test
    void onceTheResultsAreLargeEnoughNoLineIsBegun() {
        RequestBatch batch = made.begun(TENANT, 2);
        superuser("UPDATE batch SET max_result_bytes = 10");
        BatchLine first = lines.take(here, List.of()).orElseThrow();
        byte[] sealed = platform.get(Contents.class).key(TENANT).seal(new byte[10], LineRunner.purpose(batch, 1));
        assertThat(lines.end(first, here, new Ended(true, sealed, TOKENS))).isTrue();
        assertThat(lines.take(here, List.of())).isEmpty();
        assertThat(made.output(files).take(here).orElseThrow().last()).isEqualTo(BatchStatus.COMPLETED);
    }

    @Test
    void filesLiveAsLongAsEndedBatchesIfUploadsAreSwitchedOff() {
        try (TestPlatform off = TestPlatform.behind(
                TestPlatform.server().port(), List.of("--baseload.files.ttl=0s"), BatchConfiguration.class)) {
            off.get(Tenants.class).create(Actor.SYSTEM, new Tenant(TENANT, List.of(), 100, 1));
            var store = off.get(FileStore.class);
            assertThatThrownBy(() -> store.begin(TENANT, "lines.jsonl", 1)).hasMessageContaining("can't be stored");
            FileDraft draft = new FileDraft(
                    new FileRows(off.jdbc()), off.get(Contents.class).key(TENANT), TENANT, "file-before");
            new FileRows(off.jdbc()).insert(TENANT, "file-before", "lines.jsonl", StoredFile.INPUT, 1, TestBatches.TTL);
            draft.write('x');
            draft.close();
            store.finish(Actor.SYSTEM, draft, Optional.of(TestBatches.TTL));
            RequestBatch batch = off.get(Batches.class)
                    .create(Actor.SYSTEM, TestBatches.order(TENANT, "file-before"))
                    .batch();
            UUID instance = off.get(Membership.class).lease().instance();
            var rows = new BatchRows(off.jdbc());
            assertThat(rows.takeUnread(instance)).isPresent();
            var output = new BatchOutput(
                    rows,
                    new LineRows(off.jdbc()),
                    store,
                    off.get(Contents.class),
                    off.get(AuditTrail.class),
                    off.get(BatchProperties.class).ttl());
            new LineRows(off.jdbc()).insert(batch, List.of(new LineRows.Span(1, 0, 1)));
            rows.begin(batch, instance, 1);
            BatchLine line = new LineRows(off.jdbc()).take(instance, List.of()).orElseThrow();
            byte[] sealed = off.get(Contents.class).key(TENANT).seal(new byte[1], LineRunner.purpose(batch, 1));
            new LineRows(off.jdbc()).end(line, instance, new Ended(true, sealed, TOKENS));
            output.write(output.take(instance).orElseThrow(), instance);
            store.expire();
            off.get(Batches.class).expire();
            var ended = off.get(Batches.class)
                    .find(TENANT, batch.id())
                    .orElseThrow()
                    .batch();
            StoredFile written =
                    store.find(TENANT, ended.outputFile().orElseThrow()).orElseThrow();
            assertThat(Duration.between(written.createdAt(), written.expiresAt()))
                    .isEqualTo(Duration.ofDays(30));
        }
    }

    @Test
    void endedBatchesAreErasedAfterAWhile() {
        RequestBatch old = ran(1, line -> true, BatchOutputTest::result);
        writeHere();
        superuser("UPDATE batch SET ended_at = ended_at - interval '29 days'");
        RequestBatch running = made.begun(TENANT, 1);
        superuser("UPDATE batch SET at = at - interval '100 days'");
        var service = platform.get(Batches.class);
        service.expire();
        assertThat(service.find(TENANT, old.id())).isPresent();
        superuser("UPDATE batch SET ended_at = ended_at - interval '2 days'");
        service.expire();
        assertThat(service.find(TENANT, old.id())).isEmpty();
        assertThat(service.find(TENANT, running.id())).isPresent();
        assertThat(trail(old, "admin.batch.expire")).hasSize(1);
    }

    @Test
    void endedBatchesAreErasedWhenTheirTenantKeepsContentsForAShorterTime() {
        RequestBatch old = ran(1, line -> true, BatchOutputTest::result);
        writeHere();
        superuser("UPDATE batch SET ended_at = ended_at - interval '3 days'");
        superuser("UPDATE content_policy SET retention_days = 2");
        platform.get(Batches.class).expire();
        assertThat(platform.get(Batches.class).find(TENANT, old.id())).isEmpty();
    }

    @Test
    void aNewBatchTakesThePlaceOfTheOldestOfTooManyThatHaveEnded() {
        RequestBatch first = ran(1, line -> true, BatchOutputTest::result);
        writeHere();
        superuser("INSERT INTO batch (tenant, id, input_file, endpoint, completion_window, key_prefix, address,"
                + " expires_at, status, ended_at) SELECT 'acme', 'batch_' || i, 'file', '/v1/embeddings', '24h',"
                + " 'bl', '', now(), 'failed', now() + i * interval '1 second' FROM generate_series(1, 1000) i");
        made.begun(TENANT, 1);
        assertThat(batches.find(TENANT, first.id())).isEmpty();
        assertThat(batches.find(TENANT, "batch_1")).isPresent();
        assertThat(trail(first, "admin.batch.expire")).hasSize(1);
    }

    @Test
    void aTenantWhoseBatchesHaveWrittenTooMuchBeginsNoOther() {
        RequestBatch batch = ran(1, line -> true, BatchOutputTest::result);
        writeHere();
        superuser("UPDATE stored_file SET bytes = 300000000 WHERE purpose = 'batch_output'");
        var refused = catchThrowableOfType(
                ApiException.class,
                () -> platform.get(Batches.class).create(Actor.SYSTEM, TestBatches.order(TENANT, batch.inputFile())));
        assertThat(refused.status()).isEqualTo(413);
        assertThat(refused.code()).contains("storage_limit_exceeded");
    }

    private void superuser(String sql) {
        platform.superuser().sql(sql).update();
    }

    private void cancelled(RequestBatch batch) {
        assertThat(platform.get(Batches.class).cancel(Actor.SYSTEM, TENANT, batch.id()))
                .isPresent();
    }

    private String errors(RequestBatch batch) {
        byte[] json = platform.get(Batches.class)
                .find(TENANT, batch.id())
                .orElseThrow()
                .errors()
                .orElseThrow();
        return new String(json, StandardCharsets.UTF_8);
    }

    private List<AuditEntry> trail(RequestBatch batch, String kind) {
        return platform.get(AuditTrail.class).page(0, Optional.empty(), Optional.of(kind), 1000).entries().stream()
                .filter(entry -> entry.subject().equals(batch.subject()))
                .toList();
    }

    /** What the trail says of the end of a batch. */
    private List<String> endings(RequestBatch batch) {
        return trail(batch, "admin.batch.end").stream()
                .map(entry ->
                        new JsonMapper().readTree(entry.detail()).get("status").asString())
                .toList();
    }
}

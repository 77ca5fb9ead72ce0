package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.batch.BatchRows.Ending;
import io.baseload.service.batch.RequestBatch.Counts;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.tenant.Tenant;
import io.baseload.service.tenant.Tenants;
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

/** The files that batches write, by several processes on one PostgreSQL. */
class BatchOutputTest {
    private static final String TENANT = "acme";

    private TestPlatform platform;
    private FileStore files;
    private BatchRows batches;
    private LineRows lines;
    private UUID here;

    @BeforeEach
    void start() {
        platform = TestPlatform.fresh(BatchConfiguration.class);
        platform.get(Tenants.class).create(Actor.SYSTEM, new Tenant(TENANT, List.of(), 100, 1));
        files = platform.get(FileStore.class);
        batches = new BatchRows(platform.jdbc());
        lines = new LineRows(platform.jdbc());
        here = platform.get(Membership.class).lease().instance();
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private BatchOutput output(FileStore store) {
        return new BatchOutput(batches, lines, store, platform.get(Contents.class), platform.get(AuditTrail.class));
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
        FileDraft input = files.begin(TENANT, "lines.jsonl", 1);
        input.write('x');
        input.close();
        String file = files.finish(Actor.SYSTEM, input, Optional.empty()).id();
        var order = new BatchOrder(
                TENANT,
                "bl_user",
                "127.0.0.1",
                file,
                "/v1/embeddings",
                "24h",
                Duration.ofHours(24),
                Optional.empty(),
                Optional.empty());
        RequestBatch batch =
                platform.get(Batches.class).create(Actor.SYSTEM, order).batch();
        lines.insert(
                batch,
                IntStream.rangeClosed(1, size)
                        .mapToObj(i -> new LineRows.Span(i, 0, 1))
                        .toList());
        assertThat(batches.takeUnread(here)).map(RequestBatch::id).contains(batch.id());
        batches.begin(batch, here, size);
        for (var next = lines.take(here, List.of()); next.isPresent(); next = lines.take(here, List.of())) {
            int line = next.get().line();
            byte[] text = results.apply(line).getBytes(StandardCharsets.UTF_8);
            byte[] sealed = platform.get(Contents.class).key(TENANT).seal(text, LineRunner.purpose(batch, line));
            assertThat(lines.end(next.get(), here, answered.test(line), sealed)).isTrue();
        }
        return batch;
    }

    /** Takes a batch for a process that is gone at once, though it does not know. */
    private Late taken() {
        try (TestPlatform beside = platform.beside(BatchConfiguration.class)) {
            UUID there = beside.get(Membership.class).lease().instance();
            return new Late(output(files).take(there).orElseThrow(), there);
        }
    }

    private record Late(Ending ending, UUID instance) {}

    private void writeHere() {
        output(files).write(output(files).take(here).orElseThrow(), here);
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
    void whatWasAnsweredIsInOneFileAndTheRestInAnotherInTheOrderOfTheLines() throws IOException {
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
        assertThatThrownBy(() -> output(files).write(late.ending(), late.instance()))
                .hasMessageContaining("taken by another process");
        assertThat(read(now(batch).outputFile()))
                .isEqualTo(lines(IntStream.rangeClosed(1, 3), BatchOutputTest::result));
    }

    @Test
    void aProcessThatLosesTheBatchWhileItWritesChangesNothing() throws IOException {
        RequestBatch batch = ran(200, line -> true, BatchOutputTest::longResult);
        Late late = taken();
        var overtaken = overtaken(4, this::writeHere); // two begin the files, two write
        assertThatThrownBy(() -> output(overtaken).write(late.ending(), late.instance()))
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
        Ending ending = output(files).take(here).orElseThrow();
        var rows = new FileRows(platform.jdbc());
        rows.insert(TENANT, "file-written", "output.jsonl", StoredFile.OUTPUT, 0, Duration.ofDays(1));
        platform.superuser()
                .sql("UPDATE stored_file SET written_at = written_at - interval '2 hours' WHERE id = 'file-written'")
                .update();
        files.expire();
        assertThat(rows.taken(TENANT).files()).as("input and output").isEqualTo(2);
        assertThat(batches.end(ending, here, new Counts(1, 1, 0), Optional.empty(), Optional.empty()))
                .isTrue();
        files.expire();
        assertThat(rows.taken(TENANT).files()).as("the input").isEqualTo(1);
    }
}

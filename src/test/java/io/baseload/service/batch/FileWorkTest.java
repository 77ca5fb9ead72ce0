package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.batch.LineRunner.Outcome.Ended;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Batches whose files can't be read or written: for ever, or for a while. */
class FileWorkTest {
    private static final String TENANT = "acme";
    private static final String LINE = """
        {"custom_id": "a", "method": "POST", "url": "/v1/embeddings", "body": {"model": "minilm", "input": "a text"}}
        """;

    /** Nobody writes output files. */
    private static final String TRIGGER = """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION USING ERRCODE = '%s', MESSAGE = 'refused'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON stored_file FOR EACH ROW WHEN (NEW.purpose = 'batch_output')
          EXECUTE FUNCTION refuse();
        """;

    private final TestBatches made = new TestBatches();
    private final TestPlatform platform = made.platform;
    private final BatchRows batches = made.batches;
    private final LineRows lines = made.lines;
    private final BatchOutput output = made.output(made.files);
    private final FileWork work = new FileWork(batches, lines, made.files, output, 100);
    private final UUID here = made.here;

    @BeforeEach
    void start() {
        made.tenant(TENANT);
    }

    @AfterEach
    void stop() {
        made.close();
    }

    /** A batch whose only line was answered. */
    private RequestBatch answered() {
        RequestBatch batch = made.created(TENANT, LINE);
        worked();
        BatchLine line = lines.take(here, List.of()).orElseThrow();
        byte[] result = platform.get(Contents.class)
                .key(TENANT)
                .seal("result".getBytes(StandardCharsets.UTF_8), LineRunner.purpose(batch, 1));
        assertThat(lines.end(line, here, new Ended(true, result, TokenTotals.NONE)))
                .isTrue();
        return batch;
    }

    /** Works on one batch, and lets go of it as {@link BatchWork} does each second. */
    private void worked() {
        execute("UPDATE batch SET paused_until = NULL");
        work.begin(here, () -> {});
        Patience.await().until(() -> work.current().isEmpty());
        batches.releaseOthers(here, Optional.empty());
    }

    private void execute(String sql) {
        platform.superuser().sql(sql).update();
    }

    private Batches.Seen now(RequestBatch batch) {
        return platform.get(Batches.class).find(TENANT, batch.id()).orElseThrow();
    }

    private BatchStatus status(RequestBatch batch) {
        return now(batch).batch().status();
    }

    private String errors(RequestBatch batch) {
        return new String(now(batch).errors().orElseThrow(), StandardCharsets.UTF_8);
    }

    @Test
    void aBatchWhoseFileIsGoneFails() {
        RequestBatch batch = made.created(TENANT, LINE);
        execute("DELETE FROM stored_file");
        worked();
        assertThat(status(batch)).isEqualTo(BatchStatus.FAILED);
        assertThat(errors(batch)).contains("unreadable").contains(batch.inputFile() + " is gone");
    }

    @Test
    void aBatchWhoseFileWasChangedFails() {
        RequestBatch batch = made.created(TENANT, LINE);
        execute("UPDATE stored_file_piece SET sealed = 'something that is no secret'");
        worked();
        assertThat(status(batch)).isEqualTo(BatchStatus.FAILED);
        assertThat(errors(batch)).contains("can't be opened");
    }

    @Test
    void triesAFewTimesAfterAnUnknownFailure() {
        RequestBatch batch = answered();
        execute(TRIGGER.formatted("P0001"));
        worked();
        worked();
        assertThat(status(batch)).isEqualTo(BatchStatus.FINALIZING);
        worked();
        assertThat(status(batch)).isEqualTo(BatchStatus.FAILED);
        assertThat(errors(batch)).contains("server_error").contains("failed 3 times");
        assertThat(lines.take(here, List.of())).isEmpty();
    }

    @Test
    void theFileOfABatchThatWasNotRunIsReadOnce() {
        String text = IntStream.range(0, 100)
                .mapToObj(i -> LINE.replace("\"a\"", "\"line " + i + "\""))
                .collect(Collectors.joining());
        RequestBatch batch = made.created(TENANT, text);
        worked();
        platform.get(Batches.class).cancel(Actor.SYSTEM, TENANT, batch.id());
        var read = new AtomicInteger();
        BatchOutput counted = made.output(new FileStore(
                new FileRows(counting("FROM stored_file_piece", read)),
                batches,
                platform.get(Contents.class),
                platform.get(MasterKeys.class),
                platform.get(TransactionOperations.class),
                platform.get(AuditTrail.class),
                platform.get(FileProperties.class)));
        counted.write(counted.take(here).orElseThrow(), here);
        assertThat(status(batch)).isEqualTo(BatchStatus.CANCELLED);
        assertThat(made.files.find(TENANT, now(batch).batch().errorFile().orElseThrow()))
                .isPresent();
        assertThat(read).hasValue(1);
    }

    /** The database, with a count of the statements that contain a text. */
    private JdbcClient counting(String text, AtomicInteger count) {
        return (JdbcClient) Proxy.newProxyInstance(
                JdbcClient.class.getClassLoader(), new Class<?>[] {JdbcClient.class}, (proxy, method, arguments) -> {
                    if (((String) arguments[0]).contains(text)) {
                        count.incrementAndGet();
                    }
                    return method.invoke(platform.jdbc(), arguments);
                });
    }

    @Test
    void aFullDiskIsWaitedFor() {
        RequestBatch batch = answered();
        execute(TRIGGER.formatted("53100"));
        for (int i = 0; i < 5; i++) {
            worked();
        }
        assertThat(status(batch)).isEqualTo(BatchStatus.FINALIZING);
        execute("DROP TRIGGER refuse ON stored_file");
        worked();
        assertThat(status(batch)).isEqualTo(BatchStatus.COMPLETED);
        assertThat(now(batch).batch().outputFile()).isPresent();
    }

    @Test
    void aBatchThatIsCancelledWhileItsFileIsReadEndsAsCancelled() {
        RequestBatch batch = made.created(TENANT, "no json\n");
        RequestBatch taken = batches.takeUnread(here).orElseThrow();
        platform.get(Batches.class).cancel(Actor.SYSTEM, TENANT, batch.id());
        output.fail(taken, here, List.of(new BatchError("invalid_json_line", 1, "No JSON.", null)));
        assertThat(status(batch)).isEqualTo(BatchStatus.CANCELLING);
        worked();
        assertThat(status(batch)).isEqualTo(BatchStatus.CANCELLED);
    }
}

package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Usage;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.batch.RequestBatch.Counts;
import io.baseload.service.contents.ContentOwner;
import io.baseload.service.contents.ContentPart;
import io.baseload.service.contents.ContentPolicy;
import io.baseload.service.contents.ContentSelection;
import io.baseload.service.contents.Contents;
import io.baseload.service.contents.SealedContent;
import io.baseload.service.protocol.BatchAnswer;
import io.baseload.service.protocol.BatchRoute;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.ApiKeys;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionOperations;

/** The way of a line's answer into the database. */
class LineResultsTest {
    private static final String LINE = """
        {"custom_id": "a", "method": "POST", "url": "/v1/embeddings", "body": {"model": "m", "input": "a text", "user": "ann"}}
        """;

    private static final Actor OPERATOR = new Actor("default", "bl_operator");

    private final CountDownLatch released = new CountDownLatch(1);

    /** Its answers take memory, and nobody can write the results of lines once it has answered. */
    private record LockingRoute(Connection other, CountDownLatch released) implements BatchRoute {
        @Override
        public String path() {
            return "/v1/embeddings";
        }

        @Override
        public BatchAnswer answer(RequestContext context, byte[] body) {
            try {
                BatchShutdownTest.execute(other, "LOCK TABLE batch_line");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return new BatchAnswer(Map.of("vectors", 1), List.of(), new Usage(1, 0), 0, released::countDown);
        }
    }

    @Test
    void anAnswerTakesMemoryUntilItsResultIsWritten() throws Exception {
        try (var made = new TestBatches();
                var platform = made.platform.beside(BatchShutdownTest.Wiring.class);
                var other = made.platform.superuserConnection()) {
            other.setAutoCommit(false);
            made.tenant("acme");
            RequestBatch batch = begun(made);
            var work = BatchShutdownTest.work(platform, Stream.of(new LockingRoute(other, released)));
            work.start();
            Patience.await().until(() -> isWriting(made));
            assertThat(released.getCount()).isOne();
            other.rollback();
            released.await();
            assertThat(made.batches.find("acme", batch.id()).orElseThrow().counts())
                    .as("the line may be gone, because the batch ends")
                    .isEqualTo(new Counts(1, 1, 0));
            var ended = new CountDownLatch(1);
            work.stop(ended::countDown);
            ended.await();
        }
    }

    /** Its answers grow to ten gigabytes. */
    private record GrowingRoute() implements BatchRoute {
        @Override
        public String path() {
            return "/v1/embeddings";
        }

        @Override
        public BatchAnswer answer(RequestContext context, byte[] body) {
            for (int i = 0; i < 10_000; i++) {
                context.memory().accept(1 << 20);
            }
            return new BatchAnswer(Map.of(), List.of(), new Usage(1, 0), 0, () -> {});
        }
    }

    @Test
    void anAnswerThatOutgrowsTheMemoryOfALineFails() throws Exception {
        try (var made = new TestBatches();
                var platform = made.platform.beside(BatchShutdownTest.Wiring.class)) {
            made.tenant("acme");
            RequestBatch batch = begun(made);
            var work = BatchShutdownTest.work(platform, Stream.of(new GrowingRoute()));
            work.start();
            Patience.await()
                    .until(
                            () -> made.batches
                                    .find("acme", batch.id())
                                    .orElseThrow()
                                    .counts(),
                            new Counts(1, 0, 1)::equals);
            var ended = new CountDownLatch(1);
            work.stop(ended::countDown);
            ended.await();
        }
    }

    /** While it answers, all texts of the end user are erased, and only then the prompt is stored. */
    private record LateRoute(TestPlatform platform, CountDownLatch released) implements BatchRoute {
        @Override
        public String path() {
            return "/v1/embeddings";
        }

        @Override
        public BatchAnswer answer(RequestContext context, byte[] body) {
            var contents = platform.get(Contents.class);
            var ann = new ContentSelection(Optional.empty(), Optional.of("ann"), Optional.empty(), Optional.empty());
            contents.erase(OPERATOR, "acme", ann);
            platform.get(FileErasure.class).erase(OPERATOR, "acme", ann);
            contents.eraseRest(OPERATOR, "acme", ann);
            String request = context.origin().requestId();
            var owner = new ContentOwner("acme", UUID.randomUUID(), request, Optional.of("ann"), Optional.empty());
            SealedContent prompt = contents.sealer("acme").orElseThrow().seal(owner, ContentPart.PROMPT, body);
            platform.get(TransactionOperations.class)
                    .executeWithoutResult(status -> contents.storePrompts(List.of(prompt)));
            return new BatchAnswer(Map.of(), List.of(), new Usage(1, 0), 0, released::countDown);
        }
    }

    @Test
    void aPromptThatIsStoredAfterItsErasureIsErasedWithTheLine() throws Exception {
        try (var made = new TestBatches();
                var platform = made.platform.beside(BatchShutdownTest.Wiring.class)) {
            made.tenant("acme");
            platform.get(Contents.class).change(OPERATOR, "acme", new ContentPolicy(true, OptionalInt.empty()));
            RequestBatch batch = begun(made);
            var work = BatchShutdownTest.work(platform, Stream.of(new LateRoute(platform, released)));
            work.start();
            Patience.await(released);
            assertThat(made.platform
                            .superuser()
                            .sql("SELECT count(*) FROM content")
                            .query(Integer.class)
                            .single())
                    .isZero();
            assertThat(platform
                            .get(AuditTrail.class)
                            .page(0, Optional.empty(), Optional.of("admin.contents.erase"), 9)
                            .entries()
                            .stream()
                            .filter(entry -> entry.actor().equals(Actor.SYSTEM)))
                    .singleElement()
                    .asString()
                    .contains(BatchLine.id(batch.id(), 1) + "_1");
            var ended = new CountDownLatch(1);
            work.stop(ended::countDown);
            ended.await();
        }
    }

    private static RequestBatch begun(TestBatches made) {
        var rights = new ApiKey.Rights(Set.of(Role.USER), Set.of(), Priority.INTERACTIVE, Optional.empty());
        String key = made.platform
                .get(ApiKeys.class)
                .issue(Actor.SYSTEM, "acme", rights)
                .key()
                .prefix();
        RequestBatch batch = made.platform
                .get(Batches.class)
                .create(
                        Actor.SYSTEM,
                        new BatchOrder(
                                "acme",
                                key,
                                "127.0.0.1",
                                made.uploaded("acme", LINE),
                                "/v1/embeddings",
                                "24h",
                                Duration.ofHours(24),
                                Optional.empty(),
                                Optional.empty()))
                .batch();
        made.lines.insert(batch, List.of(new LineRows.Span(1, 0, LINE.getBytes(StandardCharsets.UTF_8).length)));
        assertThat(made.batches.takeUnread(made.here)).isPresent();
        made.batches.begin(batch, made.here, 1);
        return batch;
    }

    private static boolean isWriting(TestBatches made) {
        return made.platform
                .superuser()
                .sql("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                        + " AND query LIKE 'WITH held AS%')")
                .query(Boolean.class)
                .single();
    }
}

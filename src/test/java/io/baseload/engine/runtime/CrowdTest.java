package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Generation;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.testing.CollectingSink;
import io.baseload.testing.TestModels;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Clients that request, cancel and wait at random, with too few pages for all: each gets exactly one end event, and nothing remains. */
class CrowdTest {
    private static final int CLIENTS = 8;
    private static final int REQUESTS = 40;

    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger complete = new AtomicInteger();

    @Test
    void everyClientGetsAnEnd() {
        LoadOptions options = LoadOptions.named("tiny")
                .withContextLength(128)
                .withKvTokens(256)
                .withMaxSequences(5)
                .withMaxQueued(2)
                .withPrefillChunk(24);
        try (Engine engine = Engine.open(new EngineOptions(2, false))) {
            LoadedModel model = engine.load(TestModels.tiny(), options);
            List<CompletableFuture<Void>> clients = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> ask(model, i), task -> Thread.ofPlatform().start(task)))
                    .toList();
            clients.forEach(CompletableFuture::join);
            assertThat(model.load().kvTokensUsed()).isZero();
            assertThat(model.load().active()).isZero();
            assertThat(model.load().queued()).isZero();
            model.close();
            model.freed().join();
        }
        assertThat(refused.get() + cancelled.get() + complete.get()).isEqualTo(CLIENTS * REQUESTS);
        assertThat(complete).hasPositiveValue();
        assertThat(cancelled).hasPositiveValue();
    }

    private void ask(LoadedModel model, int client) {
        Random random = new Random(client);
        for (int i = 0; i < REQUESTS; i++) {
            try {
                CollectingSink sink = new CollectingSink();
                boolean leaves = random.nextInt(3) == 0;
                // some of those that leave are held back until then, so that they can't be done before
                int patience = leaves && random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(3);
                Generation generation = model.generate(request(random, client, patience), sink);
                if (leaves) {
                    LockSupport.parkNanos(random.nextInt(200_000));
                    generation.cancel();
                }
                CollectingSink.End end = sink.await();
                assertThat(sink.ids()).hasSize(end.usage().completion());
                (end.reason() == FinishReason.CANCELLED ? cancelled : complete).incrementAndGet();
            } catch (OverloadedException full) {
                refused.incrementAndGet();
            }
        }
    }

    /** @param patience how often it is told to wait */
    private static GenerationRequest request(Random random, int client, int patience) {
        int[] prompt = random.ints(1 + random.nextInt(60), 0, 384).toArray();
        AtomicInteger left = new AtomicInteger(patience);
        Lease lease = produced -> left.getAndDecrement() > 0 ? Lease.Answer.WAIT : Lease.Answer.GO;
        return new GenerationRequest(
                prompt,
                random.nextInt(60),
                SamplingOptions.defaults(),
                Set.of(),
                random.nextInt(3) - 1,
                random.nextInt(4) == 0,
                Optional.empty(),
                lease,
                new FlowId("client" + client % 3),
                CacheScope.PRIVATE);
    }
}

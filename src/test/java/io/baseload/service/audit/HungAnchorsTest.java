package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Two anchors that never answer, and one that does. */
class HungAnchorsTest {
    private TestPlatform platform(String callTimeout) {
        var platform = TestPlatform.behind(
                TestPlatform.server().port(),
                List.of("--baseload.audit.call-timeout=" + callTimeout),
                ThreeAnchors.class);
        append(platform);
        return platform;
    }

    @Test
    void theyDelayNoOtherAnchorNoProofAndNoVerification() throws Exception {
        var platform = platform("1h");
        var anchors = platform.get(ThreeAnchors.class);
        try (platform;
                AutoCloseable _ = anchors.released::countDown) {
            var taken = started(() -> platform.get(Checkpoints.class).take());
            Patience.await(anchors.called);
            Patience.await().untilAsserted(() -> assertThat(anchors.kept).containsExactly(1L));
            var proofs = platform.get(AuditProofs.class);
            var proof = started(() -> proofs.inclusion(proofs.entry(1).orElseThrow()));
            assertThat(result(proof)).isPresent();
            var verification = started(() -> platform.get(AuditVerifier.class).verify());
            assertThat(result(verification).entries()).isEqualTo(1);
            assertThat(taken.isDone()).isFalse();
            anchors.released.countDown();
            assertThat(result(taken)).isPresent();
        }
    }

    /** Nobody releases them. */
    @Test
    void theProcessEndsAndTheLastCheckpointIsAnchoredElsewhere() throws Exception {
        var platform = platform("10s");
        var anchors = platform.get(ThreeAnchors.class);
        var taken = started(() -> platform.get(Checkpoints.class).take());
        Patience.await(anchors.called);
        append(platform);
        var closed = started(() -> {
            platform.close();
            return true;
        });
        assertThat(result(closed)).isTrue();
        assertThat(result(taken)).isPresent();
        assertThat(anchors.kept).contains(2L);
    }

    private static void append(TestPlatform platform) {
        platform.get(AuditTrail.class).append(Actor.SYSTEM, "admin.test", "subject", Map.of());
    }

    private static <T> FutureTask<T> started(Callable<T> work) {
        var task = new FutureTask<T>(work);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private static <T> T result(FutureTask<T> task) throws Exception {
        return task.get(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Configuration(proxyBeanMethods = false)
    static class ThreeAnchors {
        private final CountDownLatch called = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final Queue<Long> kept = new ConcurrentLinkedQueue<>();

        @Bean
        Anchor first() {
            return new Hung("first");
        }

        @Bean
        Anchor second() {
            return new Hung("second");
        }

        @Bean
        Anchor third() {
            return new Bucket();
        }

        private final class Hung implements Anchor {
            private final String name;

            Hung(String name) {
                this.name = name;
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public Checkpoint keep(Checkpoint checkpoint, History history) {
                called.countDown();
                try {
                    released.await();
                    return checkpoint;
                } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted", e);
                }
            }
        }

        private final class Bucket implements Anchor {
            @Override
            public String name() {
                return "bucket";
            }

            @Override
            public Checkpoint keep(Checkpoint checkpoint, History history) {
                kept.add(checkpoint.size());
                return checkpoint;
            }
        }
    }
}

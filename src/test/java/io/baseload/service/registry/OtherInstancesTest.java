package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.cluster.Instances;
import io.baseload.service.cluster.Membership;
import io.baseload.service.registry.Jobs.CancelledException;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.testing.OtherProcess;
import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Waits for a process that does not do its part. */
class OtherInstancesTest {
    /** Keeps the remarks. */
    private record Remarks(List<String> texts, boolean cancelled) implements Progress {
        @Override
        public void at(double fraction, String message) {
            if (cancelled) {
                throw new CancelledException();
            }
        }

        @Override
        public void remark(String text) {
            texts.add(text);
        }
    }

    @Test
    void anAliasThatHasMovedStaysMovedWhateverTheOthersDo() {
        try (TestPlatform platform = TestPlatform.fresh();
                var other = new OtherProcess(platform.jdbc())) {
            OtherInstances instances = instances(platform);
            var late = new Remarks(new ArrayList<>(), false);
            instances.awaitAlias("chat", "m", late);
            assertThat(late.texts()).singleElement().asString().contains("did not route 'chat' to 'm'");
            var cancelled = new Remarks(new ArrayList<>(), true);
            instances.awaitAlias("chat", "m", cancelled);
            assertThat(cancelled.texts()).singleElement().asString().contains("cancelled");
            assertThatThrownBy(() -> instances.awaitModel("m", late))
                    .as("nothing has moved yet")
                    .isInstanceOf(ConflictException.class);
            other.reports("m", "loaded", Map.of("chat", "m"));
            instances.awaitModel("m", late);
            instances.awaitAlias("chat", "m", late);
            assertThat(late.texts()).hasSize(1);
        }
    }

    /** Its lease, which lasts for minutes, has not ended. */
    @Test
    void aProcessThatWasKilledIsNotWaitedFor() {
        try (TestPlatform platform = TestPlatform.fresh();
                var other = new OtherProcess(platform.jdbc())) {
            OtherInstances instances = instances(platform);
            var progress = new Remarks(new ArrayList<>(), false);
            assertThatThrownBy(() -> instances.awaitModel("m", progress)).isInstanceOf(ConflictException.class);
            other.falls();
            instances.awaitModel("m", progress);
            instances.awaitAlias("chat", "m", progress);
            assertThat(progress.texts()).isEmpty();
        }
    }

    /** However long that takes: the patience of this wait is zero. */
    @Test
    void aProcessThatIsLoadingIsWaitedFor() throws InterruptedException {
        try (TestPlatform platform = TestPlatform.fresh();
                var other = new OtherProcess(platform.jdbc())) {
            OtherInstances instances = instances(platform);
            other.reports("m", "loading", Map.of());
            var polls = new CountDownLatch(3);
            var loaded = new AtomicBoolean();
            Thread waiting = Thread.ofVirtual().start(() -> {
                instances.awaitModel("m", (fraction, message) -> polls.countDown());
                loaded.set(true);
            });
            Patience.await(polls);
            assertThat(loaded).isFalse();
            other.reports("m", "loaded", Map.of());
            assertThat(waiting.join(Patience.LIMIT)).isTrue();
            assertThat(loaded).isTrue();
        }
    }

    private static OtherInstances instances(TestPlatform platform) {
        return new OtherInstances(
                platform.get(Instances.class),
                platform.get(Membership.class),
                new Residence(new Residence.Policy(Duration.ZERO, Duration.ZERO, 1)),
                Duration.ZERO);
    }
}

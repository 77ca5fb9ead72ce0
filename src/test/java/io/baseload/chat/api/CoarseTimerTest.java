package io.baseload.chat.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A limit may end later, but never earlier. */
class CoarseTimerTest {
    private static final Duration SHORT = Duration.ofMillis(80);
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    void aResultThatDoesNotComeIsLate() {
        long begun = System.nanoTime();
        var limited = CoarseTimer.limited(new CompletableFuture<String>(), SHORT);
        assertThatThrownBy(limited::join).hasCauseInstanceOf(TimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(SHORT);
    }

    @Test
    void aResultInTimeIsPassedOn() {
        assertThat(CoarseTimer.limited(CompletableFuture.completedFuture("before"), SHORT)
                        .join())
                .isEqualTo("before");
        var result = new CompletableFuture<String>();
        var limited = CoarseTimer.limited(result, LONG);
        result.complete("later");
        assertThat(limited.join()).isEqualTo("later");
        var failure = new CompletableFuture<String>();
        var failed = CoarseTimer.limited(failure, LONG);
        failure.completeExceptionally(new IllegalStateException("broken"));
        assertThatThrownBy(failed::join).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void whatBecomesOfTheLimitedResultDoesNotConcernTheOther() {
        var result = new CompletableFuture<String>();
        assertThatThrownBy(CoarseTimer.limited(result, SHORT)::join).hasCauseInstanceOf(TimeoutException.class);
        assertThat(result).isNotDone();
    }

    @Test
    void aThreadWaitsUntilTheEndOrUntilItIsWoken() throws Exception {
        var waits = Thread.startVirtualThread(() -> {
            long begun = System.nanoTime();
            while (System.nanoTime() - begun < SHORT.toNanos()) {
                CoarseTimer.park(this, SHORT);
            }
        });
        waits.join();
        var woken = Thread.startVirtualThread(() -> CoarseTimer.park(this, LONG));
        LockSupport.unpark(woken);
        woken.join();
        var interrupted = Thread.startVirtualThread(() -> CoarseTimer.park(this, LONG));
        interrupted.interrupt();
        interrupted.join();
    }
}

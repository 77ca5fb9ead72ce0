package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.service.quota.QuotaSnapshot.Room;
import io.baseload.service.tenant.RequestRateExceededException;
import io.baseload.testing.Patience;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The number of statements that limited keys cause. */
class RateChecksTest {
    private final AtomicLong now = new AtomicLong(1);
    private final AtomicInteger statements = new AtomicInteger();

    @Test
    void aKeyBeyondItsLimitIsRefusedWithoutAStatementUntilItHasRoom() {
        var checks = new RateChecks(
                (key, perMinute) -> {
                    statements.incrementAndGet();
                    if (key.equals("full") && perMinute == 6) {
                        throw new RequestRateExceededException(perMinute, Duration.ofSeconds(10));
                    }
                    return Duration.ofSeconds(30);
                },
                Patience.LIMIT,
                now::get);
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> checks.count("full", 6)).isInstanceOf(RequestRateExceededException.class);
        }
        assertThat(statements).hasValue(1);
        checks.count("another", 6);
        checks.count("full", 7);
        assertThat(statements).as("another key, and a higher limit").hasValue(3);
        now.addAndGet(Duration.ofSeconds(10).toNanos());
        assertThatThrownBy(() -> checks.count("full", 6)).isInstanceOf(RequestRateExceededException.class);
        assertThat(statements).hasValue(4);
    }

    @Test
    void aKeyHasTheRequestsLeftThatItsBucketHolds() {
        var level = new AtomicLong();
        var checks = new RateChecks((key, perMinute) -> Duration.ofMillis(level.get()), Patience.LIMIT, now::get);
        for (var left :
                Map.of(10_000L, 5, 9_999L, 5, 0L, 6, 10_001L, 4, 60_000L, 0).entrySet()) {
            level.set(left.getKey());
            assertThat(checks.count("key", 6)).isEqualTo(new Room(6, left.getValue(), Duration.ofMillis(level.get())));
        }
        level.set(60_000);
        assertThat(checks.count("key", 7).remaining())
                .as("not a whole part of a minute")
                .isZero();
    }

    @Test
    void twoRequestsAreCountedAtATime() throws InterruptedException {
        var may = new Semaphore(0);
        var atOnce = new AtomicInteger();
        var most = new AtomicInteger();
        var checks = new RateChecks(
                (key, perMinute) -> {
                    most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                    may.acquireUninterruptibly();
                    atOnce.decrementAndGet();
                    return Duration.ofSeconds(30);
                },
                Patience.LIMIT,
                now::get);
        var threads = IntStream.range(0, 20)
                .mapToObj(i -> Thread.ofVirtual().start(() -> checks.count("key" + i, 6)))
                .toList();
        Patience.await().until(() -> atOnce.get() == 2);
        may.release(20);
        for (var thread : threads) {
            thread.join();
        }
        assertThat(most).hasValue(2);
    }
}

package io.baseload.engine.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.engine.tensor.Codes;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProfileTest {
    private final Profile profile = new Profile(2);

    private void step() {
        profile.begin();
        for (int worker = 0; worker < 2; worker++) {
            WorkerClock clock = profile.worker(worker);
            clock.lap(Operator.BARRIERS);
            clock.lap(Operator.linear(Codes.I4));
            clock.lap(Operator.ATTENTION);
        }
        profile.end();
        profile.alone(Operator.SAMPLING);
    }

    private long sum(int worker) {
        return Operator.values().stream()
                .mapToLong(profile.worker(worker)::nanos)
                .sum();
    }

    @Test
    void noTimeOfAStepIsLost() {
        for (int i = 0; i < 10; i++) {
            step();
        }
        assertThat(sum(0)).isPositive().isEqualTo(sum(1));
        assertThat(profile.times().total()).isEqualTo(Duration.ofNanos(2 * sum(0)));
        assertThat(profile.times().busy()).isEqualTo(Duration.ofNanos(sum(0)));
        assertThat(profile.times().steps()).isEqualTo(10);
    }

    @Test
    void whileOneWorksAloneTheOthersWait() {
        step();
        assertThat(profile.worker(0).nanos(Operator.WAITING)).isZero();
        assertThat(profile.worker(1).nanos(Operator.SAMPLING)).isZero();
        assertThat(profile.worker(1).nanos(Operator.WAITING))
                .isEqualTo(profile.worker(0).nanos(Operator.SAMPLING));
    }

    @Test
    void timeBetweenStepsIsNotCounted() {
        profile.begin();
        profile.end();
        long before = sum(0);
        profile.begin();
        assertThat(sum(0)).isEqualTo(before);
    }

    @Test
    void subtractsEarlierTimes() {
        var earlier = new OperatorTimes(2, 3, Map.of("attention", Duration.ofMillis(2)));
        var later =
                new OperatorTimes(2, 5, Map.of("attention", Duration.ofMillis(7), "sampling", Duration.ofMillis(1)));
        assertThat(later.since(earlier))
                .isEqualTo(new OperatorTimes(
                        2, 2, Map.of("attention", Duration.ofMillis(5), "sampling", Duration.ofMillis(1))));
    }

    @Test
    void eachOperatorHasAPlaceAndANameOfItsOwn() {
        Set<String> labels = new HashSet<>();
        for (int i = 0; i < Operator.values().size(); i++) {
            assertThat(Operator.values().get(i).index()).isEqualTo(i);
            assertThat(labels.add(Operator.values().get(i).label())).isTrue();
        }
    }

    @Test
    void allocatesNothing() {
        step();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // The JVM allocates something now and then, such as when it links a call for the first time; a step that
        // allocates does it in each round.
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 2_000 && least > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                step();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).isZero();
    }
}

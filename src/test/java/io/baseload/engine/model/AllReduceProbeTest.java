package io.baseload.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.CollectiveTimes;
import io.baseload.engine.parallel.TeamLayout;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AllReduceProbeTest {
    @ParameterizedTest
    @CsvSource({"1, 2", "2, 3", "3, 3"})
    void callsTakeSomeTimeAndAllOfThemNoMoreThanTheMeasurement(int shards, int workers) {
        try (var probe = new AllReduceProbe(TeamLayout.unbound(workers, shards), false, 2, 40)) {
            for (boolean meeting : new boolean[] {false, true}) {
                long start = System.nanoTime();
                long[] nanos = probe.nanos(meeting);
                long elapsed = System.nanoTime() - start;
                // on a crowded machine the probe ends before all of its calls
                assertThat(nanos).hasSizeBetween(1, 4000);
                assertThat(LongStream.of(nanos)).allMatch(call -> call > 0);
                assertThat(LongStream.of(nanos).sum()).isLessThanOrEqualTo(elapsed);
            }
        }
        var times = new CollectiveTimes(new long[] {3000, 1000, 2000});
        assertThat(times.micros(0)).isEqualTo(1);
        assertThat(times.micros(50)).isEqualTo(2);
        assertThat(times.micros(100)).isEqualTo(3);
    }
}

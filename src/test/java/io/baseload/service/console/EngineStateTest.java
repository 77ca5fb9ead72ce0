package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EngineStateTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 239, 240, 241, 480, 481, 1080})
    void samplesOfAPlotAreNotTooManyAndEndWithTheLast(int size) {
        List<Integer> items = IntStream.range(0, size).boxed().toList();
        List<Integer> some = EngineState.everyNth(items, 240);
        assertThat(some).hasSizeLessThanOrEqualTo(240).endsWith(size - 1).isSorted();
        assertThat(some.size()).isGreaterThan(Math.min(size, 240) / 2);
        assertThat(IntStream.range(1, some.size()).mapToObj(i -> some.get(i) - some.get(i - 1)))
                .allMatch(distance -> distance == Math.ceilDiv(size, 240));
    }

    @Test
    void withoutSamplesNothingIsPlotted() {
        assertThat(EngineState.everyNth(List.of(), 240)).isEmpty();
    }
}

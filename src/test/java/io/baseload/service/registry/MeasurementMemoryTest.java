package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import org.junit.jupiter.api.Test;

/** A measurement of this machine takes no memory that loaded models have. */
class MeasurementMemoryTest {
    private static final MemoryBudget BUDGET = new MemoryBudget(mib(1024), mib(240), mib(84));

    private static long mib(int count) {
        return (long) count << 20;
    }

    private static void check(int outside, int heap, MemoryEstimate loaded) {
        NotEnoughMemoryException.checkMeasurement(new MemoryEstimate(0, 0, mib(outside), mib(heap)), BUDGET, loaded);
    }

    @Test
    void itNeedsRoomBesideLoadedModels() {
        var loaded = new MemoryEstimate(mib(90), mib(10), mib(1), mib(60));
        assertThatCode(() -> check(599, 100, loaded)).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(600, 100, loaded))
                .isInstanceOf(NotEnoughMemoryException.class)
                .hasMessage(
                        "The measurement of this machine needs 600 MiB of memory outside the heap, 599 MiB are free:"
                            + " 1024 MiB in all, 240 MiB for the heap, 84 MiB in reserve, 101 MiB for loaded models.");
        assertThatThrownBy(() -> check(599, 101, loaded))
                .isInstanceOf(NotEnoughMemoryException.class)
                .hasMessage("The measurement of this machine needs 101 MiB of heap: too much beside 60 MiB for loaded"
                        + " models, with two thirds of 240 MiB for both.");
    }
}

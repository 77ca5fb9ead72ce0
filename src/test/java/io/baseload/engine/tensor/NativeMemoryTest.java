package io.baseload.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
    @Test
    void countsWhatItHoldsUntilItIsClosed() {
        long before = NativeMemory.liveBytes();
        MemorySegment segment;
        try (NativeMemory memory = new NativeMemory()) {
            segment = memory.allocate(100);
            memory.allocate(28);
            assertEquals(0, segment.address() % 64);
            assertEquals(128, memory.bytes());
            assertEquals(before + 128, NativeMemory.liveBytes());
        }
        assertEquals(before, NativeMemory.liveBytes());
        assertThrows(IllegalStateException.class, () -> segment.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void sizesOfPanelsCountTheMissingRows() {
        assertEquals(2 * 3 * 320, PackedMatrix.bytes(Packing.Q4_1, 17, 96));
        assertEquals(16 * 5 * 4, PackedMatrix.bytes(Packing.F32, 1, 5));
        assertThrows(IllegalArgumentException.class, () -> ElementType.Q8_0.bytes(33));
    }
}

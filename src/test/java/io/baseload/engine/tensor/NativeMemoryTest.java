package io.baseload.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    /** However small the pieces are, and in whatever order they are asked for. */
    @Test
    void partsShareNoHugePage() {
        long huge = 2 << 20;
        long before = NativeMemory.liveBytes();
        try (NativeMemory memory = new NativeMemory()) {
            NativeMemory[] parts = {memory.part(), memory.part()};
            List<Set<Long>> pages = List.of(new HashSet<>(), new HashSet<>());
            for (int i = 0; i < 60; i++) {
                long size = 1L << i % 20 + 5;
                MemorySegment piece = parts[i % 2].allocate(size);
                assertEquals(0, piece.address() % 64);
                pages.get(i % 2).add(piece.address() / huge);
                pages.get(i % 2).add((piece.address() + size - 1) / huge);
            }
            assertTrue(Collections.disjoint(pages.get(0), pages.get(1)));
            assertEquals(before + memory.bytes(), NativeMemory.liveBytes());
            assertTrue(memory.bytes() > 0);
        }
        assertEquals(before, NativeMemory.liveBytes());
    }

    @Test
    void sizesOfPanelsCountTheMissingRows() {
        assertEquals(2 * 3 * 320, PackedMatrix.bytes(Packing.Q4_1, 17, 96));
        assertEquals(16 * 5 * 4, PackedMatrix.bytes(Packing.F32, 1, 5));
        assertThrows(IllegalArgumentException.class, () -> ElementType.Q8_0.bytes(33));
    }
}

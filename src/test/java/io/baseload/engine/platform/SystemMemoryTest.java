package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SystemMemoryTest {
    /** A page is on the node of the thread that touched it first, even if other memory was freed there before; an untouched page is on no node. */
    @ParameterizedTest
    @ValueSource(longs = {100_000, 1_000_000, 9_000_001})
    void nobodyHasTouchedIt(long size) {
        for (int i = 0; i < 4; i++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = SystemMemory.allocate(arena, size, 64);
                assertThat(memory.byteSize()).isEqualTo(size);
                assertThat(memory.address() % 64).isZero();
                MemoryNodes.Sample sample = MemoryNodes.of(List.of(memory));
                assertThat(sample.nodes()).isEmpty();
                assertThat(sample.unknown().keySet()).isSubsetOf(2, 14);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, size - 1)).isZero();
                memory.fill((byte) 1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 63, 65_535, 65_536})
    void ofAnySize(long size) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = SystemMemory.allocate(arena, size, 64);
            assertThat(memory.byteSize()).isEqualTo(size);
            assertThat(memory.mismatch(Arena.ofAuto().allocate(size))).isEqualTo(-1);
        }
    }
}

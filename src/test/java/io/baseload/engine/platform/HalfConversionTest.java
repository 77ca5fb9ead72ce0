package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class HalfConversionTest {
    private static final int ALL = 1 << Short.SIZE;
    private static final float UNTOUCHED = 42;

    @AutoClose
    private final Arena arena = Arena.ofConfined();

    private final MemorySegment halves = arena.allocate(ValueLayout.JAVA_SHORT, ALL);

    private MemorySegment floats(int count) {
        MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, count);
        IntStream.range(0, count).forEach(i -> floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, UNTOUCHED));
        return floats;
    }

    @Test
    void convertsEveryNumber() {
        IntStream.range(0, ALL).forEach(i -> halves.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i));
        HalfConversion.available().ifPresent(conversion -> {
            MemorySegment floats = floats(ALL);
            conversion.convert(halves, 0, ALL, floats);
            assertThat(IntStream.range(0, ALL)
                            .filter(i -> Float.compare(
                                            floats.getAtIndex(ValueLayout.JAVA_FLOAT, i),
                                            Float.float16ToFloat((short) i))
                                    != 0))
                    .isEmpty();
        });
    }

    @Test
    void writesNoMoreThanItReads() {
        IntStream.range(0, ALL).forEach(i -> halves.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(i)));
        HalfConversion.available().ifPresent(conversion -> {
            int count = 3 * HalfConversion.UNIT;
            MemorySegment floats = floats(count + 1);
            conversion.convert(halves, 14, count, floats);
            assertThat(floats.getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(7);
            assertThat(floats.getAtIndex(ValueLayout.JAVA_FLOAT, count - 1)).isEqualTo(count + 6);
            assertThat(floats.getAtIndex(ValueLayout.JAVA_FLOAT, count)).isEqualTo(UNTOUCHED);
        });
    }

    @Test
    void refusesOtherMemory() {
        HalfConversion.available().ifPresent(conversion -> {
            MemorySegment floats = floats(HalfConversion.UNIT);
            assertThatThrownBy(() -> conversion.convert(halves, 0, HalfConversion.UNIT - 1, floats))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> conversion.convert(halves, 0, 0, floats))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> conversion.convert(halves, 0, 2 * HalfConversion.UNIT, floats))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> conversion.convert(halves, 2L * ALL - 2, HalfConversion.UNIT, floats))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> conversion.convert(
                            MemorySegment.ofArray(new short[HalfConversion.UNIT]), 0, HalfConversion.UNIT, floats))
                    .isInstanceOf(IllegalArgumentException.class);
        });
    }

    @Test
    void refusesFreedMemory() {
        HalfConversion.available().ifPresent(conversion -> {
            MemorySegment memory;
            try (Arena freed = Arena.ofConfined()) {
                memory = freed.allocate(ValueLayout.JAVA_FLOAT, HalfConversion.UNIT);
            }
            MemorySegment floats = floats(HalfConversion.UNIT);
            assertThatThrownBy(() -> conversion.convert(memory, 0, HalfConversion.UNIT, floats))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the halves have been freed");
            assertThatThrownBy(() -> conversion.convert(halves, 0, HalfConversion.UNIT, memory))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the floats have been freed");
        });
    }
}

package io.baseload.engine.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileRows;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes of activations whose sums of products must fit in 16 bits. */
@Tag("kernel")
class LimitedRowsTest {
    private static final int COLUMNS = 256;

    /** The four columns of each eight whose products are added up together, by the place of their codes: even columns come first. */
    private static final boolean[] FIRST = {true, true, false, false, true, true, false, false};

    /** @param deviation of the numbers' sizes from 1 */
    @ParameterizedTest
    @CsvSource({"16, 0", "16, 0.5", "16, 1", "32, 0", "32, 0.01", "32, 0.5", "32, 1"})
    void magnitudesOfAHalfAddUpToTheLimitAtMost(int group, float deviation) {
        Random random = new Random(3);
        float[] x = new float[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            x[i] = (random.nextBoolean() ? 1 : -1) * (1 - deviation * random.nextFloat());
        }
        assertLimited(x, group);
    }

    /** Two columns whose products are added at once, in groups whose halves are far below their limit. */
    @ParameterizedTest
    @ValueSource(ints = {16, 32})
    void magnitudesOfAPairAddUpToTheLimitAtMost(int group) {
        float[] x = new float[COLUMNS];
        for (int i = 0; i < COLUMNS; i += group) {
            x[i] = 1;
            x[i + 2] = -1;
        }
        assertLimited(x, group);
    }

    private static void assertLimited(float[] x, int group) {
        TileRows rows = new TileRows(Arena.ofAuto().allocate(TileRows.bytes(1, COLUMNS), 64));
        rows.start(1, COLUMNS, group, TileForm.LIMITED);
        new Int8Rows(1, COLUMNS).quantize(0, x, 0, rows);
        for (int g = 0; g < COLUMNS / group; g++) {
            assertGroup(x, g * group, rows, g);
        }
    }

    private static void assertGroup(float[] x, int at, TileRows rows, int group) {
        float step = rows.memory().get(JAVA_FLOAT_UNALIGNED, rows.numbers(0, group) + Integer.BYTES);
        int first = 0;
        int last = 0;
        for (int i = 0; i < rows.columns(); i++) {
            int code = rows.memory().get(JAVA_BYTE, rows.codes(0, group) + i);
            int column = at + i / 8 * 8 + i % 4 * 2 + i % 8 / 4;
            int other = rows.memory().get(JAVA_BYTE, rows.codes(0, group) + (i ^ 1));
            assertThat(Math.abs(code) + Math.abs(other)).isLessThanOrEqualTo(TileForm.MAX_PAIR);
            assertThat(step * code).isCloseTo(x[column], within(0.51f * step));
            first += FIRST[i % 8] ? Math.abs(code) : 0;
            last += FIRST[i % 8] ? 0 : Math.abs(code);
        }
        assertThat(Math.max(first, last)).isLessThanOrEqualTo(TileForm.MAX_HALF);
    }
}

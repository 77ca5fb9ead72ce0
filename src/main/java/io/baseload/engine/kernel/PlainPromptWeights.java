package io.baseload.engine.kernel;

import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
import static io.baseload.engine.kernel.lanes.Lanes.INTS;
import static io.baseload.engine.kernel.lanes.Lanes.L;
import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
import static io.baseload.engine.platform.IntegerProducts.WIDTH;
import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.baseload.engine.kernel.generated.PlainPromptNibbles;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;

/**
 * Column after column, each with 64 outputs: the form of processors without VNNI. The library turns matrices for its own kernels, so here no byte is moved twice: four units (vectors of rows) are
 * converted together, and a 32-bit lane gets one column of one row of each. So output n of the unit u of four is at place 4·n + u.
 */
final class PlainPromptWeights implements PromptWeights {
    /** Units that are converted together. */
    private static final int UNITS = 4;

    /** Their outputs. */
    private static final int SET = UNITS * L;

    /** Distance of the multipliers of two units. */
    private static final int STEP = PromptScales.at(1, 0);

    private final PromptFormat format;
    private final PromptScales scaling;
    private final float[] scales;
    private final int[] excess;

    /** {@code [unit][lane]}. */
    private final float[] unitScales = new float[SET];

    /** The place of each output. */
    private final int[] places = new int[WIDTH];

    private final int[] codeSums = new int[SET];
    private final long[] from = new long[UNITS];

    PlainPromptWeights(PromptFormat format, float[] scales, int[] excess) {
        this.format = format;
        this.scaling = new PromptScales(format);
        this.scales = scales;
        this.excess = excess;
        Arrays.setAll(places, output -> output / SET * SET + output % L * UNITS + output % SET / L);
    }

    @Override
    public int width(int panels) {
        return Math.ceilDiv(panels * LANES, SET) * SET;
    }

    @Override
    public void store(float[] sums, int from, int outputs, float[] y, int to) {
        for (int output = 0; output < outputs; output++) {
            y[to + output] = sums[from + places[output]];
        }
    }

    @Override
    public void read(
            PackedMatrix w, int panel, int panels, int first, int columns, MemorySegment out, long to, int place) {
        int last = (panel + panels) * PARTS - 1;
        for (int unit = 0; unit < panels * PARTS; unit += UNITS) {
            set(w, panel * PARTS + unit, last, first, columns, out, to + (long) unit * L, place + unit * L);
        }
    }

    /** Converts a group's columns of four units; beyond the last one it is repeated. */
    private void set(
            PackedMatrix w, int unit, int last, int first, int columns, MemorySegment out, long to, int place) {
        int size = Math.min(w.packing().block(), format.group());
        int blocks = columns / size;
        for (int u = 0; u < UNITS; u++) {
            scaling.read(w, Math.min(unit + u, last), first, size, blocks, u, unitScales, u * L);
        }
        Arrays.fill(codeSums, 0);
        Codes codes = w.packing().codes();
        int[] r = scaling.multipliers;
        int[] t = scaling.offsets;
        long laneBytes = codes == Codes.I8 ? 1 : 4;
        for (int b = 0; b < blocks; b++) {
            for (int u = 0; u < UNITS; u++) {
                int one = Math.min(unit + u, last);
                from[u] = PromptFormat.codes(w, one / PARTS, first + b * size) + laneBytes * (one % PARTS) * L;
            }
            long at = to + (long) b * size * WIDTH;
            if (codes == Codes.I8) {
                bytes(w.data(), size, b, out, at);
            } else if (codes.codebook()) {
                short[] table = Objects.requireNonNull(TABLES.get(codes));
                PlainPromptNibbles.lookedUp(
                        table, w.data(), from, size, r, t, PromptScales.at(0, b), STEP, codeSums, out, at, WIDTH);
            } else {
                PlainPromptNibbles.integers(
                        w.data(), from, size, r, t, PromptScales.at(0, b), STEP, codeSums, out, at, WIDTH);
            }
        }
        for (int output = 0; output < SET; output++) {
            int sum = codeSums[output];
            int at = place + places[output];
            scales[at] = unitScales[output];
            excess[at] = (codes == Codes.I8 ? sum : (short) sum + (sum >> 16)) * PromptFormat.SHIFT;
        }
    }

    private void bytes(MemorySegment w, int size, int block, MemorySegment out, long to) {
        for (int place = 0; place < size; place++) {
            int column = PromptFormat.place(place);
            IntVector four = IntVector.zero(INTS);
            for (int u = 0; u < UNITS; u++) {
                int at = PromptScales.at(u, block);
                IntVector code = ((IntVector)
                                ByteVector.fromMemorySegment(BYTES, w, from[u] + (long) column * LANES, LITTLE_ENDIAN)
                                        .convertShape(B2I, INTS, 0))
                        .mul(IntVector.fromArray(INTS, scaling.multipliers, at))
                        .add(IntVector.fromArray(INTS, scaling.offsets, at))
                        .lanewise(ASHR, 8);
                IntVector.fromArray(INTS, codeSums, u * L).add(code).intoArray(codeSums, u * L);
                four = four.or(code.and(0xFF).lanewise(LSHL, 8 * u));
            }
            four.intoMemorySegment(out, to + (long) place * WIDTH, LITTLE_ENDIAN);
        }
    }
}

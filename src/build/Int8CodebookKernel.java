import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** 4-bit codes of a table, as bytes, times 8-bit activations; for vectors of 256 bits. */
final class Int8CodebookKernel {
    static String source() {
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
                import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
                import static io.baseload.engine.kernel.lanes.Lanes.INTS;
                import static io.baseload.engine.kernel.lanes.Lanes.L;
                import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
                import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
                import static java.nio.ByteOrder.LITTLE_ENDIAN;
                import static jdk.incubator.vector.VectorOperators.ASHR;
                import static jdk.incubator.vector.VectorOperators.B2F;
                import static jdk.incubator.vector.VectorOperators.B2S;
                import static jdk.incubator.vector.VectorOperators.I2F;
                import static jdk.incubator.vector.VectorOperators.LSHL;
                import static jdk.incubator.vector.VectorOperators.LSHR;

                import io.baseload.engine.kernel.lanes.BlockScales;
                import io.baseload.engine.kernel.lanes.Int8Rows;
                import io.baseload.engine.quant.IntegerTable;
                import io.baseload.engine.tensor.PackedMatrix;
                import io.baseload.engine.tensor.Scales;
                import java.lang.foreign.MemorySegment;
                import jdk.incubator.vector.ByteVector;
                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.IntVector;
                import jdk.incubator.vector.LongVector;
                import jdk.incubator.vector.ShortVector;
                import jdk.incubator.vector.VectorShuffle;
                import jdk.incubator.vector.VectorSpecies;

                /**
                 * 4-bit codes of a table times 8-bit activations, for vectors of 256 bits, which don't hold a table of 16 floats. A shuffle of 128 bits looks up 16 codes at once, as bytes, which are
                 * widened and multiplied in 16 bits. A lane adds the products of every fourth column: four products of integers up to 64, or two of bytes, fit in 16 bits; then
                 * pairs of lanes are added in 32 bits. A group of columns is written out, without a branch. Written by src/build/GenerateKernels.java.
                 */
                public final class CodebookInt8 {
                    /** The largest absolute value of an integer of which four products with 127 fit in 16 bits. */
                    private static final int MAX_SMALL = 64;

                    /** Lanes of longs, so that all kernels' integers have one shape: for a vector class used in two shapes, the compiler may leave calls for both. */
                    private static final VectorSpecies<Long> CODES = LongVector.SPECIES_128;
                    private static final VectorSpecies<Byte> TABLE = ByteVector.SPECIES_128;
                    private static final VectorSpecies<Long> QUADS = LongVector.SPECIES_256;

                    /** Reorders the sums of eight rows, which are computed in the order 0 4 1 5 2 6 3 7. */
                    private static final VectorShuffle<Integer> IN_ORDER = VectorShuffle.fromValues(INTS, L == 8 ? new int[] {0, 2, 4, 6, 1, 3, 5, 7} : new int[L]);

                    private CodebookInt8() {}

                    /** Whether there is a kernel for groups of so many columns, with such scales and integers up to a number. */
                    public static boolean takes(int group, Scales scales, int reach) {
                        return group == 32 && (reach <= MAX_SMALL || !scales.nested()) || group == 16 && reach <= MAX_SMALL && !scales.nested();
                    }

                    /**
                     * Adds the products of some blocks: one row of x times a panel of 16 weight rows, to {@code y[to + row]}.
                     *
                     * @param block the first block
                     * @param table the values of the 16 codes
                     * @param scales those of these blocks, as F32 or as bytes that share an F32 scale and offset
                     */
                    public static void multiply(
                            PackedMatrix m, int panel, int block, int blocks, IntegerTable table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
                        if (scales.kind().nested()) {
                            nested(m, panel, block, blocks, table, scales, x, row, y, to);
                        } else if (table.reach() > MAX_SMALL) {
                            bytes(m, panel, block, blocks, table, scales, x, row, y, to);
                        } else if (x.group() == 16) {
                            groupsOf16(m, panel, block, blocks, table, scales, x, row, y, to);
                        } else {
                            groupsOf32(m, panel, block, blocks, table, scales, x, row, y, to);
                        }
                    }

                {kernels}
                }
                """,
                Map.of(
                        "{kernels}",
                        Stream.of(
                                        kernel("nested", StoredScales.NESTED, 32, 16),
                                        kernel("groupsOf32", StoredScales.FLOAT, 32, 16),
                                        kernel("groupsOf16", StoredScales.FLOAT, 16, 16),
                                        kernel("bytes", StoredScales.FLOAT, 32, 8))
                                .collect(Collectors.joining("\n"))));
    }

    /**
     * A kernel.
     *
     * @param group columns that share a step of x
     * @param columns those whose products a vector of 16-bit lanes adds
     */
    private static String kernel(String name, StoredScales scales, int group, int columns) {
        return GenerateKernels.fill(
                """
                    private static void NAME(
                            PackedMatrix m, int panel, int block, int blocks, IntegerTable table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
                        MemorySegment w = m.data();
                        long[] quads = x.quads();
                        float[] steps = x.steps();
                        ByteVector values = ByteVector.fromArray(TABLE, table.integers(), 0);
                        long p = m.codes(panel, block);
                        int gap = m.blockBytes() - m.packing().block() * 8;
                        int groups = m.packing().block() / GROUP;
                        int left = groups;
                        int group = x.groupsAt(row) + block * groups;
                        int quad = x.quadsAt(row) + block * m.packing().block() / 4;
                        MemorySegment d = scales.data();
                        long blockStep = scales.blockStep();
                        long q = scales.at();
                        {nested}
                        int end = group + blocks * groups;
                        for (; group < end; group++) {
                            {products}
                            FloatVector step = FloatVector.broadcast(FLOATS, steps[group]);
                            {add}
                            if (--left == 0) {
                                left = groups;
                                p += gap;
                                q += blockStep;
                            }
                        }
                    }
                """.replace("NAME", name).replace("GROUP", String.valueOf(group)),
                Map.of(
                        "{nested}",
                        scales.nested("0"),
                        "{products}",
                        columns == 8 ? looped(group) : writtenOut(group),
                        "{add}",
                        GenerateKernels.each(2, """
                            LongVector q#_0 = i#_0.reinterpretAsLongs(), q#_1 = i#_1.reinterpretAsLongs();
                            IntVector i# = q#_0.reinterpretAsInts().add(q#_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q#_1.reinterpretAsInts().add(q#_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                            ((FloatVector) i#.convertShape(I2F, FLOATS, 0)).mul(step).fma(SCALE, FloatVector.fromArray(FLOATS, y, to + # * L)).intoArray(y, to + # * L);\
                            """.replace(
                                        "SCALE", scales.read("q + # * (long) L * " + scales.type() + ".BYTES")))));
    }

    /** A group whose sums are added in 32 bits after each 16 columns. */
    private static String writtenOut(int group) {
        return IntStream.range(0, group / 16)
                        .mapToObj(half -> eight(2 * half, half, true) + "\n" + eight(2 * half + 1, half, false) + "\n"
                                + widened(
                                        half,
                                        half == 0 ? "IntVector i@_# = " : "i@_# = i@_#.add(",
                                        half == 0 ? "" : ")"))
                        .collect(Collectors.joining("\n"))
                + "\nquad += GROUP / 4;\np += 8 * GROUP;".replace("GROUP", String.valueOf(group));
    }

    /** A group whose sums are added in 32 bits after each eight columns, in a loop, because C1 doesn't compile so many additions written out. */
    private static String looped(int group) {
        return GenerateKernels.fill(
                        """
                        {zero}
                        for (int eight = 0; eight < EIGHTS; eight++, quad += 2, p += 64) {
                            {eight}
                            {widened}
                        }\
                        """.replace("EIGHTS", String.valueOf(group / 8)),
                        Map.of(
                                "{zero}", GenerateKernels.eachOf(2, 2, "IntVector i@_# = IntVector.zero(INTS);"),
                                "{eight}", eight(0, 0, true),
                                "{widened}", widened(0, "i@_# = i@_#.add(", ")")))
                .stripTrailing();
    }

    /** Pairs of 16-bit lanes are added in 32 bits. */
    private static String widened(int sum, String before, String after) {
        return GenerateKernels.eachOf(2, 2, """
            IntVector jSUM_@_# = sSUM_@_#.reinterpretAsInts();
            BEFOREjSUM_@_#.lanewise(LSHL, 16).lanewise(ASHR, 16).add(jSUM_@_#.lanewise(ASHR, 16))AFTER;\
            """.replace("SUM", String.valueOf(sum))
                .replace("BEFORE", before)
                .replace("AFTER", after));
    }

    /**
     * The products of eight columns; a vector of weights contains four rows of each second column.
     *
     * @param eight counted from p
     * @param sum number of the variables to which they are added
     * @param first whether these are the first that are added
     */
    private static String eight(int eight, int sum, boolean first) {
        String load = GenerateKernels.eachOf(
                2,
                2,
                "LongVector w$_@_# = LongVector.fromMemorySegment(CODES, w, p + 64 * $ + 32 * @ + 16 * #,"
                        + " LITTLE_ENDIAN);");
        return (load + "\n"
                        + products("even$", "2 * $", "w$_@_#", first) + "\n"
                        + products("odd$", "2 * $ + 1", "w$_@_#.lanewise(LSHR, 4)", false))
                .replace("$", String.valueOf(eight))
                .replace("SUM", String.valueOf(sum));
    }

    /** The products of codes, the lowest nibbles of {@code bytes}, with their columns. A look-up uses only the lowest four bits. */
    private static String products(String x, String quad, String bytes, boolean first) {
        return "ShortVector X = LongVector.broadcast(QUADS, quads[quad + QUAD]).reinterpretAsShorts();\n"
                        .replace("X", x)
                        .replace("QUAD]", quad + "]")
                + GenerateKernels.eachOf(2, 2, """
                    NEW = ((ShortVector) BYTES.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0)).mul(X)OLD;\
                    """.replace("BYTES", bytes)
                        .replace("X", x)
                        .replace("NEW", first ? "ShortVector sSUM_@_#" : "sSUM_@_#")
                        .replace("OLD", first ? "" : ".add(sSUM_@_#)"));
    }
}

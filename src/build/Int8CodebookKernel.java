import java.util.Map;

/** 4-bit codes of a table, as bytes, times 8-bit activations in two digits; for vectors of 256 bits. */
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
                import io.baseload.engine.tensor.PackedMatrix;
                import java.lang.foreign.MemorySegment;
                import jdk.incubator.vector.ByteVector;
                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.IntVector;
                import jdk.incubator.vector.LongVector;
                import jdk.incubator.vector.ShortVector;
                import jdk.incubator.vector.VectorShuffle;
                import jdk.incubator.vector.VectorSpecies;

                /**
                 * 4-bit codes of a table times 8-bit activations, for vectors of 256 bits, which don't hold a table of 16 floats. A shuffle of 128 bits looks up 16 codes at once, as bytes.
                 * The product of two bytes leaves no room for a sum in 16 bits, so x is split into two digits, x = 16·high + low. Written by src/build/GenerateKernels.java.
                 */
                public final class CodebookInt8 {
                    /** Lanes of longs, so that all kernels' integers have one shape: for a vector class used in two shapes, the compiler may leave calls for both. */
                    private static final VectorSpecies<Long> CODES = LongVector.SPECIES_128;
                    private static final VectorSpecies<Byte> TABLE = ByteVector.SPECIES_128;
                    private static final VectorSpecies<Long> QUADS = LongVector.SPECIES_256;

                    /** Reorders the sums of eight rows, which are computed in the order 0 4 1 5 2 6 3 7. */
                    private static final VectorShuffle<Integer> IN_ORDER = VectorShuffle.fromValues(INTS, L == 8 ? new int[] {0, 2, 4, 6, 1, 3, 5, 7} : new int[L]);

                    private CodebookInt8() {}

                    /**
                     * Adds the products of some blocks: one row of x times a panel of 16 weight rows, to {@code y[to + row]}.
                     *
                     * @param block the first block
                     * @param table the values of the 16 codes
                     * @param scales those of these blocks, as F32 or as bytes that share an F32 scale and offset
                     */
                    public static void multiply(
                            PackedMatrix m, int panel, int block, int blocks, byte[] table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
                        switch (scales.kind()) {
                            case F32 -> floatScales(m, panel, block, blocks, table, scales, x, row, y, to);
                            case LINEAR8 -> nestedScales(m, panel, block, blocks, table, scales, x, row, y, to);
                            default -> throw new IllegalArgumentException("scales: " + scales.kind());
                        }
                    }

                {floats}

                {nested}
                }
                """, Map.of("{floats}", kernel(StoredScales.FLOAT), "{nested}", kernel(StoredScales.NESTED)));
    }

    private static String kernel(StoredScales scales) {
        return GenerateKernels.fill(
                """
                    private static void NAME(
                            PackedMatrix m, int panel, int block, int blocks, byte[] table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
                        MemorySegment w = m.data();
                        long[] quads = x.quads();
                        ByteVector values = ByteVector.fromArray(TABLE, table, 0);
                        long p = m.codes(panel, block);
                        int gap = m.blockBytes() - m.packing().block() * 8;
                        int lastOfGroup = x.group() / 8 - 1;
                        int groups = m.packing().block() / x.group();
                        int group = x.groupsAt(row) + block * groups;
                        int left = groups;
                        int digits = x.digitsAt(row) + block * m.packing().block() / 2;
                        float[] steps = x.steps();
                        MemorySegment d = scales.data();
                        long blockStep = scales.blockStep();
                        long q = scales.at();
                        {nested}
                        ShortVector none = ShortVector.zero(WORDS);
                        {clear}
                        int end = blocks * m.packing().block() / 8;
                        for (int eight = 0; eight < end; eight++, p += 64) {
                            int k = digits + eight * 4;
                            {load}
                            ShortVector high = LongVector.broadcast(QUADS, quads[k]).reinterpretAsShorts();
                            ShortVector low = LongVector.broadcast(QUADS, quads[k + 1]).reinterpretAsShorts();
                            {even}
                            high = LongVector.broadcast(QUADS, quads[k + 2]).reinterpretAsShorts();
                            low = LongVector.broadcast(QUADS, quads[k + 3]).reinterpretAsShorts();
                            {odd}
                            if ((eight & lastOfGroup) == lastOfGroup) {
                                FloatVector step = FloatVector.broadcast(FLOATS, steps[group]);
                                {ints}
                                {quarters}
                                {add}
                                {again}
                                group++;
                                if (--left == 0) {
                                    left = groups;
                                    p += gap;
                                    q += blockStep;
                                }
                            }
                        }
                    }
                """.replace("NAME", scales.lowerCase() + "Scales"),
                Map.ofEntries(
                        Map.entry("{nested}", scales.nested("0")),
                        Map.entry(
                                "{clear}",
                                GenerateKernels.each(
                                        2, "ShortVector h#_0 = none, h#_1 = none, l#_0 = none, l#_1 = none;")),
                        Map.entry(
                                "{load}",
                                GenerateKernels.eachOf(
                                        2,
                                        2,
                                        "LongVector w@_# = LongVector.fromMemorySegment(CODES, w, p + 32 * @ + 16 * #,"
                                                + " LITTLE_ENDIAN);")),
                        Map.entry("{even}", products("c", "w@_#")),
                        Map.entry("{odd}", products("e", "w@_#.lanewise(LSHR, 4)")),
                        Map.entry(
                                "{ints}",
                                GenerateKernels.eachOf(
                                        2,
                                        2,
                                        "IntVector hi@_# = h@_#.reinterpretAsInts(), li@_# ="
                                                + " l@_#.reinterpretAsInts();")),
                        Map.entry(
                                "{quarters}",
                                GenerateKernels.eachOf(
                                        2,
                                        2,
                                        "LongVector q@_# = hi@_#.lanewise(LSHL, 16).lanewise(ASHR,"
                                                + " 16).add(hi@_#.lanewise(ASHR, 16)).lanewise(LSHL,"
                                                + " 4).add(li@_#.lanewise(LSHL, 16).lanewise(ASHR,"
                                                + " 16)).add(li@_#.lanewise(ASHR, 16)).reinterpretAsLongs();")),
                        Map.entry("{add}", GenerateKernels.each(2, """
                            IntVector i# = q#_0.reinterpretAsInts().add(q#_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q#_1.reinterpretAsInts().add(q#_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                            ((FloatVector) i#.convertShape(I2F, FLOATS, 0)).mul(step).fma(SCALE, FloatVector.fromArray(FLOATS, y, to + # * L)).intoArray(y, to + # * L);\
                            """.replace(
                                        "SCALE", scales.read("q + # * (long) L * " + scales.type() + ".BYTES")))),
                        Map.entry(
                                "{again}",
                                GenerateKernels.each(2, "h#_0 = none;\nh#_1 = none;\nl#_0 = none;\nl#_1 = none;"))));
    }

    /** The products of codes, the lowest nibbles of {@code bytes}, with both digits of their columns. A look-up uses only the lowest four bits. */
    private static String products(String name, String bytes) {
        return GenerateKernels.eachOf(2, 2, """
            ShortVector $@_# = (ShortVector) BYTES.reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
            h@_# = $@_#.mul(high).add(h@_#);
            l@_# = $@_#.mul(low).add(l@_#);\
            """.replace("$", name).replace("BYTES", bytes));
    }
}

import java.util.Map;

/** 4-bit codes of a table, as bytes, times 8-bit activations in two digits; for vectors of 256 bits. */
final class Int8CodebookKernel {
    static String source() {
        return GenerateKernels.fill("""
            package io.baseload.engine.kernel.generated;

            import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
            import static io.baseload.engine.kernel.lanes.Lanes.INTS;
            import static io.baseload.engine.kernel.lanes.Lanes.L;
            import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
            import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
            import static java.nio.ByteOrder.LITTLE_ENDIAN;
            import static jdk.incubator.vector.VectorOperators.ASHR;
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
             * 4-bit codes of a table times 8-bit activations, for vectors of 256 bits, which don't hold a table of 16 floats. A shuffle of 128 bits looks 16 codes up at once, as
             * bytes. The product of two bytes leaves no room for a sum in 16 bits, so x comes in two digits, x = 16·high + low. Written by src/build/GenerateKernels.java.
             */
            public final class CodebookInt8 {
                private static final VectorSpecies<Integer> QUARTER = IntVector.SPECIES_128;
                private static final VectorSpecies<Byte> TABLE = ByteVector.SPECIES_128;
                private static final VectorSpecies<Long> QUADS = LongVector.SPECIES_256;

                /** From the order in which the sums of eight rows come out, 0 4 1 5 2 6 3 7. */
                private static final VectorShuffle<Integer> IN_ORDER = VectorShuffle.fromValues(INTS, L == 8 ? new int[] {0, 2, 4, 6, 1, 3, 5, 7} : new int[L]);

                private CodebookInt8() {}

                /**
                 * Adds the products of some blocks: one row of x times one vector of eight weight rows, to {@code y[to + lane]}.
                 *
                 * @param block the first block
                 * @param table the values of the 16 codes
                 * @param scales those of these blocks, as F32
                 */
            {kernel}
            }
            """, Map.of("{kernel}", kernel(1)));
    }

    private static String kernel(int rows) {
        return GenerateKernels.fill(
                """
                    public static void multiply(
                            PackedMatrix m, int unit, int block, int blocks, byte[] table, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
                        MemorySegment w = m.data();
                        long[] quads = x.quads();
                        ByteVector values = ByteVector.fromArray(TABLE, table, 0);
                        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
                        int length = x.group();
                        int groups = m.packing().block() / length;
                        {rows}
                        MemorySegment d = scales.data();
                        long q = scales.at() + unit % PARTS * (long) L * Float.BYTES;
                        ShortVector none = ShortVector.zero(WORDS);
                        {totals}
                        for (int b = block, group = block * groups; b < block + blocks; b++, q += scales.blockStep()) {
                            long p = panel + (long) b * m.blockBytes();
                            for (int end = group + groups; group < end; group++) {
                                {clear}
                                int k = group * (length / 2);
                                for (int eight = 0; eight < length / 8; eight++, p += 64, k += 4) {
                                    IntVector w0 = IntVector.fromMemorySegment(QUARTER, w, p, LITTLE_ENDIAN);
                                    IntVector w1 = IntVector.fromMemorySegment(QUARTER, w, p + 16, LITTLE_ENDIAN);
                                    ShortVector c0 = (ShortVector) w0.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                                    ShortVector c1 = (ShortVector) w1.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                                    {even}
                                    ShortVector c2 = (ShortVector) w0.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                                    ShortVector c3 = (ShortVector) w1.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                                    {odd}
                                }
                                {ints}
                                {quarters}
                                {add}
                            }
                        }
                        {store}
                    }
                """.replace("rowsR", "rows" + rows),
                Map.ofEntries(
                        Map.entry(
                                "{rows}",
                                GenerateKernels.each(rows, "int x# = x.digitsAt(row + #), s# = x.groupsAt(row + #);")),
                        Map.entry(
                                "{totals}",
                                GenerateKernels.each(
                                        rows, "FloatVector t# = FloatVector.fromArray(FLOATS, y, to + # * L);")),
                        Map.entry(
                                "{clear}",
                                GenerateKernels.each(
                                        rows, "ShortVector h#_0 = none, h#_1 = none, l#_0 = none," + " l#_1 = none;")),
                        Map.entry("{even}", GenerateKernels.each(rows, products(0))),
                        Map.entry("{odd}", GenerateKernels.each(rows, products(2))),
                        Map.entry(
                                "{ints}",
                                GenerateKernels.eachOf(
                                        rows,
                                        2,
                                        "IntVector hi@_# = h@_#.reinterpretAsInts(), li@_# ="
                                                + " l@_#.reinterpretAsInts();")),
                        Map.entry(
                                "{quarters}",
                                GenerateKernels.eachOf(
                                        rows,
                                        2,
                                        "LongVector q@_# = hi@_#.lanewise(LSHL, 16).lanewise(ASHR,"
                                                + " 16).add(hi@_#.lanewise(ASHR, 16)).lanewise(LSHL,"
                                                + " 4).add(li@_#.lanewise(LSHL, 16).lanewise(ASHR,"
                                                + " 16)).add(li@_#.lanewise(ASHR, 16)).reinterpretAsLongs();")),
                        Map.entry("{add}", GenerateKernels.each(rows, """
                            IntVector i# = q#_0.reinterpretAsInts().add(q#_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q#_1.reinterpretAsInts().add(q#_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                            t# = ((FloatVector) i#.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s# + group])).fma(FloatVector.fromMemorySegment(FLOATS, d, q, LITTLE_ENDIAN), t#);\
                            """)),
                        Map.entry("{store}", GenerateKernels.each(rows, "t#.intoArray(y, to + # * L);"))));
    }

    /** The products of two vectors of codes, c_D and the next, with the digits of their column. */
    private static String products(int digit) {
        return """
            ShortVector u#_$D = LongVector.broadcast(QUADS, quads[x# + k + $D]).reinterpretAsShorts();
            ShortVector v#_$D = LongVector.broadcast(QUADS, quads[x# + k + $E]).reinterpretAsShorts();
            h#_0 = c$D.mul(u#_$D).add(h#_0);
            h#_1 = c$E.mul(u#_$D).add(h#_1);
            l#_0 = c$D.mul(v#_$D).add(l#_0);
            l#_1 = c$E.mul(v#_$D).add(l#_1);\
            """.replace("$D", String.valueOf(digit)).replace("$E", String.valueOf(digit + 1));
    }
}

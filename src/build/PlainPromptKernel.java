import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Writes the conversion of 4-bit codes of four vectors of rows to bytes in column order, for prompts without VNNI. */
final class PlainPromptKernel {
    private static final int UNITS = 4;
    private static final int CODES = 4;

    private PlainPromptKernel() {}

    static String source() {
        return GenerateKernels.fill("""
            package io.baseload.engine.kernel.generated;

            import static io.baseload.engine.kernel.lanes.Lanes.INTS;
            import static io.baseload.engine.kernel.lanes.Lanes.L;
            import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
            import static io.baseload.engine.tensor.PackedMatrix.LANES;
            import static java.nio.ByteOrder.LITTLE_ENDIAN;
            import static jdk.incubator.vector.VectorOperators.ASHR;
            import static jdk.incubator.vector.VectorOperators.LSHL;
            import static jdk.incubator.vector.VectorOperators.LSHR;

            import java.lang.foreign.MemorySegment;
            import jdk.incubator.vector.IntVector;
            import jdk.incubator.vector.ShortVector;

            /**
             * 4-bit codes of a block of four units (vectors of rows) as 8-bit integers in column order: code (q·r + t) >> 8, with r and t twice in each 32-bit lane. The eight codes
             * of a lane are processed as two 16-bit lanes. Byte u of lane n of a column is that of row n of unit u; the next column begins {@code stride} bytes later. Written by
             * src/build/GenerateKernels.java.
             */
            public final class PlainPromptNibbles {
                private PlainPromptNibbles() {}

            {kernels}
            }
            """, Map.of("{kernels}", kernel(false) + "\n" + kernel(true)));
    }

    private static String kernel(boolean table) {
        return GenerateKernels.fill(
                """
                    /**
                     * COMMENT
                     *
                     * @param from offset of each unit's codes
                     * @param size columns of the block
                     * @param r the multipliers of unit u from {@code at + u · step} on
                     * @param t the offsets, likewise
                     * @param sums of each row's codes, {@code [unit][lane]}, in two 16-bit lanes: those of two columns
                     */
                    public static void NAME(
                            TABLEMemorySegment w, long[] from, int size, int[] r, int[] t, int at, int step, int[] sums, MemorySegment out, long to, long stride) {
                        {table}
                        {declarations}
                        for (int eight = 0; eight < size / 8; eight++) {
                            {loads}
                            long p = to + eight * 8L * stride;
                            {columns}
                        }
                        {store}
                    }
                """.replace("NAME", table ? "lookedUp" : "integers")
                        .replace("TABLE", table ? "short[] table, " : "")
                        .replace("COMMENT", table ? "Codes of a table of integers." : "Codes that are integers."),
                Map.of(
                        "{table}",
                        table ? "ShortVector values = ShortVector.fromArray(WORDS, table, 0);" : "",
                        "{declarations}",
                        GenerateKernels.each(UNITS, """
                            long from# = from[#];
                            ShortVector r# = IntVector.fromArray(INTS, r, at + # * step).reinterpretAsShorts();
                            ShortVector t# = IntVector.fromArray(INTS, t, at + # * step).reinterpretAsShorts();
                            ShortVector sum# = IntVector.fromArray(INTS, sums, # * L).reinterpretAsShorts();\
                            """),
                        "{loads}",
                        GenerateKernels.each(UNITS, """
                            ShortVector s# = IntVector.fromMemorySegment(INTS, w, from# + eight * 4L * LANES, LITTLE_ENDIAN)
                                    .reinterpretAsShorts();\
                            """),
                        "{columns}",
                        columns(table),
                        "{store}",
                        GenerateKernels.each(UNITS, "sum#.reinterpretAsInts().intoArray(sums, # * L);")));
    }

    /** Two columns for each of a 16-bit lane's codes. Their places are those of PromptFormat.place. */
    private static String columns(boolean table) {
        return IntStream.range(0, CODES).mapToObj(code -> columns(code, table)).collect(Collectors.joining());
    }

    private static String columns(int code, boolean table) {
        String shifted = code == 0 ? "s#" : "s#.lanewise(LSHR, " + 4 * code + ")";
        String masked = code == CODES - 1 ? shifted : shifted + ".and((short) 15)";
        String number = table ? masked + ".selectFrom(values)" : masked;
        int place = code / 2 * 4 + code % 2;
        return """
            {numbers}
            {sums}
            IntVector low@ = q@_1.and((short) 0xFF00).or(q@_0.lanewise(LSHR, 8)).reinterpretAsInts();
            IntVector high@ = q@_3.and((short) 0xFF00).or(q@_2.lanewise(LSHR, 8)).reinterpretAsInts();
            low@.and(0xFFFF).or(high@.lanewise(LSHL, 16)).intoMemorySegment(out, p + FIRST * stride, LITTLE_ENDIAN);
            low@.lanewise(LSHR, 16).or(high@.and(0xFFFF0000)).intoMemorySegment(out, p + SECOND * stride, LITTLE_ENDIAN);
            """.replace(
                        "{numbers}", GenerateKernels.each(UNITS, "ShortVector q@_# = " + number + ".mul(r#).add(t#);"))
                .replace("{sums}", GenerateKernels.each(UNITS, "sum# = sum#.add(q@_#.lanewise(ASHR, 8));"))
                .replace("FIRST", String.valueOf(place))
                .replace("SECOND", String.valueOf(place + 2))
                .replace("@", String.valueOf(code));
    }
}

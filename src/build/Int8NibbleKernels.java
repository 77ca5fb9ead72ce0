import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** 4-bit integers times 8-bit activations in 16-bit lanes. */
final class Int8NibbleKernels {
    private static final int[][] ROWS_AND_STREAMS = {{1, 4}, {1, 2}, {1, 1}, {2, 2}};

    /** The source of a class for groups of so many columns. */
    static String source(String name, int group) {
        String kernels = Arrays.stream(ROWS_AND_STREAMS)
                .map(shape -> kernel(shape[0], shape[1], group))
                .collect(Collectors.joining("\n"));
        String cases = Arrays.stream(ROWS_AND_STREAMS)
                .map(shape -> "case %d -> rows%dStreams%d(m, unit, block, blocks, x, row, scales, y);"
                        .formatted(10 * shape[0] + shape[1], shape[0], shape[1]))
                .collect(Collectors.joining("\n"));
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
                import static io.baseload.engine.kernel.lanes.Lanes.INTS;
                import static io.baseload.engine.kernel.lanes.Lanes.L;
                import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
                import static io.baseload.engine.kernel.lanes.Lanes.WORDS;
                import static java.nio.ByteOrder.LITTLE_ENDIAN;
                import static jdk.incubator.vector.VectorOperators.ASHR;
                import static jdk.incubator.vector.VectorOperators.I2F;
                import static jdk.incubator.vector.VectorOperators.LSHL;
                import static jdk.incubator.vector.VectorOperators.LSHR;

                import io.baseload.engine.kernel.lanes.Int8Rows;
                import io.baseload.engine.kernel.lanes.Lanes;
                import io.baseload.engine.kernel.lanes.ScaleVectors;
                import io.baseload.engine.tensor.PackedMatrix;
                import java.lang.foreign.MemorySegment;
                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.IntVector;
                import jdk.incubator.vector.ShortVector;

                /**
                 * 4-bit integers times 8-bit activations in groups of GROUP columns, in 16-bit lanes; {@link Int8Rows} says why no nibble is masked. Written by src/build/GenerateKernels.java.
                 */
                public final class NAME {
                    private NAME() {}

                    /**
                     * Adds the products of some blocks, without minimums: rows of x, from {@code row} on, times some vectors of weight rows, from {@code unit} on, to
                     * {@code y[((row + r) · streams + stream) · L + lane]}.
                     *
                     * @param streams 4, 2 or 1; 2 for two rows
                     * @param block the first block
                     * @param rows 1 or 2
                     * @param scales those of these blocks, as {@link ScaleVectors#scales} gives them
                     */
                    public static void multiply(
                            PackedMatrix m, int unit, int streams, int block, int blocks, Int8Rows x, int row, int rows, float[] scales, float[] y) {
                        switch (10 * rows + streams) {
                            {cases}
                            default -> throw new IllegalArgumentException(rows + " rows, " + streams + " streams");
                        }
                    }

                {kernels}
                }
                """.replace("NAME", name).replace("GROUP", String.valueOf(group)),
                Map.of("{cases}", cases, "{kernels}", kernels));
    }

    private static String kernel(int rows, int streams, int group) {
        return GenerateKernels.fill(
                """
                    private static void rowsRStreamsN(
                            PackedMatrix m, int unit, int block, int blocks, Int8Rows x, int row, float[] scales, float[] y) {
                        MemorySegment w = m.data();
                        int[] digits = x.digits();
                        long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
                        long stride = m.panelBytes();
                        {offsets}
                        int groups = m.packing().block() / GROUP;
                        {rows}
                        ShortVector none = ShortVector.zero(WORDS);
                        int to = row * N * L;
                        {totals}
                        for (int b = block, group = block * groups, scale = 0; b < block + blocks; b++, scale += N * L) {
                            long p = panel + (long) b * m.blockBytes();
                            for (int end = group + groups; group < end; group++) {
                                {clear}
                                for (int eight = 0; eight < GROUP / 8; eight++, p += 64) {
                                    int k = group * (GROUP / 2) + eight * 4;
                                    {load}
                                    for (int j = 0; j < 4; j++) {
                                        {x}
                                        {multiply}
                                        {shift}
                                    }
                                }
                                {step}
                                {ints}
                                {add}
                            }
                        }
                        {store}
                    }
                """.replace("rowsRStreamsN", "rows" + rows + "Streams" + streams)
                        .replace("N * L", streams + " * L")
                        .replace("GROUP", String.valueOf(group)),
                Map.ofEntries(
                        Map.entry(
                                "{offsets}",
                                GenerateKernels.each(streams, "long o# = Lanes.offset(#, stride, Integer.BYTES);")),
                        Map.entry(
                                "{rows}",
                                GenerateKernels.each(rows, "int x# = x.digitsAt(row + #), s# = x.groupsAt(row + #);")),
                        Map.entry(
                                "{totals}",
                                GenerateKernels.eachOf(
                                        rows,
                                        streams,
                                        "FloatVector t@_# = FloatVector.fromArray(FLOATS, y, to + (@ * " + streams
                                                + " + #) * L);")),
                        Map.entry("{clear}", GenerateKernels.eachOf(rows, streams, "ShortVector a@_# = none;")),
                        Map.entry(
                                "{load}",
                                GenerateKernels.each(
                                        streams,
                                        "ShortVector w# = IntVector.fromMemorySegment(INTS, w, p + o#,"
                                                + " LITTLE_ENDIAN).reinterpretAsShorts();")),
                        Map.entry(
                                "{x}",
                                GenerateKernels.each(
                                        rows,
                                        "ShortVector d# = IntVector.broadcast(INTS, digits[x# + k +"
                                                + " j]).reinterpretAsShorts();")),
                        Map.entry("{multiply}", GenerateKernels.eachOf(rows, streams, "a@_# = w#.mul(d@).add(a@_#);")),
                        Map.entry("{shift}", GenerateKernels.each(streams, "w# = w#.lanewise(LSHR, 4);")),
                        Map.entry(
                                "{step}",
                                GenerateKernels.each(
                                        rows,
                                        "FloatVector f# = FloatVector.broadcast(FLOATS, x.steps()[s# + group]);\n"
                                                + "IntVector c# = IntVector.broadcast(INTS, x.corrections()[s# +"
                                                + " group]);")),
                        Map.entry(
                                "{ints}",
                                GenerateKernels.eachOf(rows, streams, "IntVector i@_# = a@_#.reinterpretAsInts();")),
                        Map.entry(
                                "{add}",
                                GenerateKernels.eachOf(
                                        rows,
                                        streams,
                                        "t@_# = ((FloatVector) i@_#.lanewise(LSHL, 16).lanewise(ASHR,"
                                            + " 16).add(i@_#.lanewise(ASHR, 16)).add(c@).convertShape(I2F, FLOATS,"
                                            + " 0)).mul(f@).fma(FloatVector.fromArray(FLOATS, scales, scale + # * L),"
                                            + " t@_#);")),
                        Map.entry(
                                "{store}",
                                GenerateKernels.eachOf(
                                        rows, streams, "t@_#.intoArray(y, to + (@ * " + streams + " + #) * L);"))));
    }
}

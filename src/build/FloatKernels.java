import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Weights that are decoded to F32 in registers, times rows of F32 activations: w = d·q + m, so Σ w·x = d·Σ q·x + m·Σ x in each block. One pattern; how a code becomes a
 * float differs.
 *
 * <p>One row multiplies each vector of weights in the expression that decodes it. Several rows share it in a variable.
 */
enum FloatKernels {
    /** A nibble is masked in place, so it is 16^j times too large; x is divided by that. */
    NIBBLES("""
        4-bit integers, which are decoded in registers, times rows of x.
         *
         * <p>A nibble is not shifted down but masked in place, so it is 16^j times too large. x is divided by that instead, which is exact and done once for all vectors. The loops over
         * nibbles must stay loops: written out, the method outgrows what the compiler inlines and its vectors get boxed.\
        """, "Integer"),
    BYTES("8-bit weights times several rows of x; {@link ByteRowHalf} and {@link ByteRowFloat} multiply one.", "Byte"),
    CODEBOOK("""
        4-bit weights that are looked up, w = d·table[q] + m, times rows of x. Only for vectors of 512 bits, which hold the whole table: the look-up is one permutation, which
         * uses the lowest four bits of each lane. The loops over nibbles must stay loops, as in {@link NibbleFloat}.\
        """, "Integer");

    private static final int[][] ROWS_AND_STREAMS = {{1, 8}, {1, 4}, {1, 2}, {1, 1}, {4, 4}, {2, 4}};

    private final String description;
    private final String element;

    FloatKernels(String description, String element) {
        this.description = description;
        this.element = element;
    }

    String className() {
        return switch (this) {
            case NIBBLES -> "NibbleFloat";
            case BYTES -> "ByteFloat";
            case CODEBOOK -> "CodebookFloat";
        };
    }

    String source() {
        String kernels = shapes().map(shape -> kernel(shape[0], shape[1])).collect(Collectors.joining("\n"));
        String cases = shapes().map(
                        shape -> "case %d -> rows%dStreams%d(m, unit, block, blocks, x, first, row, %ssums, scales, y);"
                                .formatted(10 * shape[0] + shape[1], shape[0], shape[1], shape[0] > 1 ? "rows, " : ""))
                .collect(Collectors.joining("\n"));
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                {imports}

                /**
                 * DESCRIPTION Written by src/build/GenerateKernels.java.
                 */
                public final class NAME {
                    {constants}
                    private NAME() {}

                    /**
                     * Adds the products of some blocks: rows of x times some vectors of weight rows, from {@code unit} on, to {@code y[((row + r) · streams + stream) · L + lane]}.
                     * If there are fewer rows than a kernel computes, the last one is repeated.
                     *
                     * @param streams STREAMS
                     * @param block the first block
                     * @param first the index in x of row 0
                     * @param row the first row to compute, counted from {@code first}
                     * @param rows ROWS
                     * @param sums for each row, from row 0 on, the sums of its blocks
                     * @param scales those of these blocks, as written by {@link ScaleVectors#read}
                     */
                    public static void multiply(
                            PackedMatrix m, int unit, int streams, int block, int blocks, Rows x, int first, int row, int rows, float[] sums, float[] scales, float[] y) {
                        switch (10 * (rows == 3 ? 4 : rows) + streams) {
                            {cases}
                            default -> throw new IllegalArgumentException(rows + " rows, " + streams + " streams");
                        }
                    }

                {kernels}
                }
                """.replace("NAME", className())
                        .replace("DESCRIPTION", description)
                        .replace("STREAMS", this == BYTES ? "4" : "8, 4, 2 or 1; 4 for several rows")
                        .replace("param rows ROWS", "param rows " + (this == BYTES ? "2 to 4" : "1 to 4")),
                Map.of(
                        "{imports}",
                        imports(),
                        "{constants}",
                        this == BYTES ? """
                            /** Columns per loop, a divisor of a block's; a constant, because the compiler unrolls a loop of unknown length less well. */
                            private static final int COLUMNS = 16;
                            """ : "",
                        "{cases}",
                        cases,
                        "{kernels}",
                        kernels));
    }

    /** Rows and streams of the kernels. */
    private Stream<int[]> shapes() {
        return Arrays.stream(ROWS_AND_STREAMS).filter(shape -> this != BYTES || shape[0] > 1);
    }

    private String imports() {
        String vectors = switch (this) {
            case NIBBLES -> "IntVector I2F LSHR INTS";
            case BYTES -> "ByteVector B2F BYTES LANES";
            case CODEBOOK -> "IntVector LSHR INTS Codebook";
        };
        return """
            import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
            import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
            import static io.baseload.engine.kernel.lanes.Lanes.INTS;
            import static io.baseload.engine.kernel.lanes.Lanes.L;
            import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
            import static io.baseload.engine.tensor.PackedMatrix.LANES;
            import static java.nio.ByteOrder.LITTLE_ENDIAN;
            import static jdk.incubator.vector.VectorOperators.B2F;
            import static jdk.incubator.vector.VectorOperators.I2F;
            import static jdk.incubator.vector.VectorOperators.LSHR;

            import io.baseload.engine.kernel.lanes.Lanes;
            import io.baseload.engine.kernel.lanes.ScaleVectors;
            import io.baseload.engine.quant.Codebook;
            import io.baseload.engine.tensor.PackedMatrix;
            import io.baseload.engine.tensor.Rows;
            import java.lang.foreign.MemorySegment;
            import jdk.incubator.vector.ByteVector;
            import jdk.incubator.vector.FloatVector;
            import jdk.incubator.vector.IntVector;
            """.lines()
                .filter(line -> {
                    String name = line.substring(line.lastIndexOf('.') + 1).replace(";", "");
                    boolean some = Arrays.asList(
                                    "ByteVector IntVector I2F B2F LSHR INTS BYTES LANES Codebook".split(" "))
                            .contains(name);
                    return !some || Arrays.asList(vectors.split(" ")).contains(name);
                })
                .collect(Collectors.joining("\n"));
    }

    private String kernel(int rows, int streams) {
        return GenerateKernels.fill(
                """
                    private static void rowsRStreamsN(
                            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, ROWSfloat[] sums, float[] scales, float[] y) {
                        MemorySegment w = m.data();
                        float[] x = rowsOfX.data();
                        long codes = m.codes(unit / PARTS, block) + unit % PARTS * (long) L * ELEMENT.BYTES;
                        {stride}
                        {offsets}
                        {rows}
                        int size = m.packing().block();
                        {eights}
                        {table}
                        FloatVector zero = FloatVector.zero(FLOATS);
                        int to = row * N * L;
                        for (int b = block, scale = 0; b < block + blocks; b++, scale += 2 * N * L) {
                            long at = codes + (long) (b - block) * m.blockBytes();
                            {clear}
                            {block}
                            {scale}
                            {add}
                        }
                    }
                """.replace("rowsRStreamsN", "rows" + rows + "Streams" + streams)
                        .replace("N * L", streams + " * L")
                        .replace("ROWS", rows > 1 ? "int rows, " : "")
                        .replace("ELEMENT", element),
                Map.ofEntries(
                        Map.entry(
                                "{offsets}",
                                GenerateKernels.each(
                                                streams, "long o# = Lanes.offset(#, stride, " + element + ".BYTES);")
                                        .replace("Lanes.offset(0, stride, " + element + ".BYTES)", "0")),
                        Map.entry(
                                "{rows}",
                                rows == 1
                                        ? "int x0 = rowsOfX.at(first + row), s0 = row * m.blocks();"
                                        : GenerateKernels.each(rows, """
                                            int r# = row + Math.min(#, rows - 1), x# = rowsOfX.at(first + r#), s# = r# * m.blocks();\
                                            """)),
                        Map.entry("{stride}", streams > 1 ? "long stride = m.panelBytes();" : ""),
                        Map.entry("{eights}", this == BYTES ? "" : "int eights = size / 8;"),
                        Map.entry("{table}", this == CODEBOOK ? """
                            IntVector values = FloatVector.fromArray(FLOATS, Codebook.of(m.packing().codes()), 0).reinterpretAsInts();\
                            """ : ""),
                        Map.entry("{clear}", GenerateKernels.eachOf(rows, streams, "FloatVector a@_# = zero;")),
                        Map.entry("{block}", block(rows, streams)),
                        Map.entry(
                                "{scale}",
                                GenerateKernels.each(
                                                streams,
                                                "FloatVector d# = FloatVector.fromArray(FLOATS, scales, scale + 2 * #"
                                                    + " * L), m# = FloatVector.fromArray(FLOATS, scales, scale + (2 *"
                                                    + " # + 1) * L);")
                                        + "\n"
                                        + GenerateKernels.each(
                                                rows,
                                                "FloatVector sum# = FloatVector.broadcast(FLOATS, sums[s# + b]);")),
                        Map.entry(
                                "{add}",
                                GenerateKernels.eachOf(
                                        rows,
                                        streams,
                                        "sum@.fma(m#, a@_#.fma(d#, FloatVector.fromArray(FLOATS, y, to + (@ * "
                                                + streams + " + #) * L))).intoArray(y, to + (@ * " + streams
                                                + " + #) * L);"))));
    }

    private String block(int rows, int streams) {
        String load = GenerateKernels.each(
                streams, "IntVector w# = IntVector.fromMemorySegment(INTS, w, p + o#, LITTLE_ENDIAN);");
        String loop = switch (this) {
            case NIBBLES -> """
                for (int eight = 0; eight < eights; eight++) {
                    long p = at + eight * 64L;
                    int k = b * size + eight * 8;
                    {load}
                    int mask = 15;
                    float factor = 1;
                    for (int j = 0; j < 7; j++) {
                        IntVector nibble = IntVector.broadcast(INTS, mask);
                        {products}
                        mask <<= 4;
                        factor *= 0x1p-4f;
                    }
                    {last}
                }
                """;
            case BYTES -> """
                for (int sixteen = 0; sixteen < size; sixteen += COLUMNS) {
                    for (int j = 0; j < COLUMNS; j++) {
                        long p = at + (sixteen + j) * (long) LANES;
                        int k = b * size + sixteen;
                        {products}
                    }
                }
                """;
            case CODEBOOK -> """
                for (int eight = 0; eight < eights; eight++) {
                    long p = at + eight * 64L;
                    int k = b * size + eight * 8;
                    {load}
                    for (int j = 0; j < 8; j++) {
                        {products}
                        {shift}
                    }
                }
                """;
        };
        String products = switch (this) {
            case NIBBLES ->
                products(
                        rows,
                        streams,
                        "(FloatVector) w#.and(nibble).convertShape(I2F, FLOATS, 0)",
                        "x[x@ + k + j] * factor");
            case BYTES ->
                products(
                        rows,
                        streams,
                        "(FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + o#,"
                                + " LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)",
                        "x[x@ + k + j]");
            case CODEBOOK -> products(rows, streams, "w#.selectFrom(values).reinterpretAsFloats()", "x[x@ + k + j]");
        };
        String last = products(
                rows, streams, "(FloatVector) w#.lanewise(LSHR, 28).convertShape(I2F, FLOATS, 0)", "x[x@ + k + 7]");
        return GenerateKernels.fill(
                        loop,
                        Map.of(
                                "{load}",
                                load,
                                "{products}",
                                products,
                                "{last}",
                                last,
                                "{shift}",
                                GenerateKernels.each(streams, "w# = w#.lanewise(LSHR, 4);")))
                .stripTrailing();
    }

    /** A column's products: # is the stream, @ the row. */
    private static String products(int rows, int streams, String weight, String factor) {
        String shared = GenerateKernels.each(streams, "FloatVector v# = " + weight + ";\n");
        String factors =
                GenerateKernels.eachOf(rows, 1, "FloatVector f@ = FloatVector.broadcast(FLOATS, " + factor + ");");
        return rows == 1
                ? factors + "\n"
                        + GenerateKernels.each(
                                streams,
                                "a0_# = " + (weight.startsWith("(") ? "(" + weight + ")" : weight) + ".fma(f0, a0_#);")
                : shared + factors + "\n" + GenerateKernels.eachOf(rows, streams, "a@_# = v#.fma(f@, a@_#);");
    }
}

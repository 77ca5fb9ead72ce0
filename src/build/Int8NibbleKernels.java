import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** 4-bit integers times 8-bit activations in 16-bit lanes: a class for each way in which a block keeps its scale. */
enum Int8NibbleKernels {
    HALF("NibbleInt8Half", "Short", new int[][] {{1, 8}, {1, 4}, {1, 2}, {1, 1}}),
    NESTED("NibbleInt8Nested", "Byte", new int[][] {{1, 8}, {1, 4}, {1, 2}, {1, 1}}),
    FLOAT("NibbleInt8Float", "Float", new int[][] {{1, 8}, {1, 4}, {1, 2}, {1, 1}, {2, 4}, {2, 2}});

    private final String className;
    private final String type;
    private final int[][] rowsAndStreams;

    Int8NibbleKernels(String className, String type, int[][] rowsAndStreams) {
        this.className = className;
        this.type = type;
        this.rowsAndStreams = rowsAndStreams;
    }

    String className() {
        return className;
    }

    /** The type of a stored scale. */
    String type() {
        return type;
    }

    String source() {
        boolean float32 = this == FLOAT;
        String kernels = Arrays.stream(rowsAndStreams)
                .map(shape -> kernel(shape[0], shape[1]))
                .collect(Collectors.joining("\n"));
        String cases = Arrays.stream(rowsAndStreams)
                .map(shape -> "case %d -> rows%dStreams%d(m, panel, block, blocks, scales, x, row, y);"
                        .formatted(10 * shape[0] + shape[1], shape[0], shape[1]))
                .collect(Collectors.joining("\n"));
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                {byte import}
                import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
                import static io.baseload.engine.kernel.lanes.Lanes.INTS;
                import static io.baseload.engine.kernel.lanes.Lanes.L;
                {parts}
                {short import}
                import static java.nio.ByteOrder.LITTLE_ENDIAN;
                import static jdk.incubator.vector.VectorOperators.ASHR;
                {byte operator}
                import static jdk.incubator.vector.VectorOperators.I2F;
                import static jdk.incubator.vector.VectorOperators.LSHL;
                import static jdk.incubator.vector.VectorOperators.LSHR;
                {short operator}

                import io.baseload.engine.kernel.lanes.BlockScales;
                import io.baseload.engine.kernel.lanes.Int8Rows;
                import io.baseload.engine.kernel.lanes.Lanes;
                import io.baseload.engine.tensor.PackedMatrix;
                import java.lang.foreign.MemorySegment;
                {vector}
                import jdk.incubator.vector.FloatVector;
                import jdk.incubator.vector.IntVector;
                import jdk.incubator.vector.ShortVector;

                /**
                 * 4-bit integers times 8-bit activations, in 16-bit lanes, with SCALES; {@link Int8Rows} says why no nibble is masked. Written by src/build/GenerateKernels.java.
                 *
                 * <p>One loop runs over all columns, eight at a time, and looks whether a group ends: a loop over a group's columns would be so short that entering and leaving it takes as long as
                 * the products. Nothing is called while sums are alive, because they might become objects.
                 */
                public final class NAME {
                    private NAME() {}

                    /**
                     * Adds the products of some blocks: rows of x, from {@code row} on, times some vectors of weight rows, from the beginning of a panel on, to
                     * {@code y[((row + r) · streams + stream) · L + lane]}.
                     *
                     * @param streams STREAMS
                     * @param block the first block
                     * @param scales those of these blocks
                     * @param rows 1 or 2
                     */
                    public static void multiply(
                            PackedMatrix m, int panel, int streams, int block, int blocks, BlockScales scales, Int8Rows x, int row, int rows, float[] y) {
                        switch (10 * rows + streams) {
                            {cases}
                            default -> throw new IllegalArgumentException(rows + " rows, " + streams + " streams");
                        }
                    }

                {kernels}
                }
                """.replace("NAME", className)
                        .replace("SCALES", scales())
                        .replace(
                                "@param streams STREAMS",
                                "@param streams 8, 4, 2 or 1" + (float32 ? "; 4 or 2 for two rows" : ""))
                        .replace("@param rows 1 or 2", float32 ? "@param rows 1 or 2" : "@param rows 1"),
                Map.of(
                        "{cases}",
                        cases,
                        "{kernels}",
                        kernels,
                        "{byte import}",
                        this == NESTED ? "import static io.baseload.engine.kernel.lanes.Lanes.BYTES;" : "",
                        "{short import}",
                        this == HALF ? "import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;" : "",
                        "{byte operator}",
                        this == NESTED ? "import static jdk.incubator.vector.VectorOperators.B2F;" : "",
                        "{short operator}",
                        this == HALF ? "import static jdk.incubator.vector.VectorOperators.S2I;" : "",
                        "{vector}",
                        this == NESTED ? "import jdk.incubator.vector.ByteVector;" : "",
                        "{parts}",
                        this == NESTED ? "import static io.baseload.engine.kernel.lanes.Lanes.PARTS;" : ""));
    }

    private String kernel(int rows, int streams) {
        return GenerateKernels.fill(
                """
                    private static void rowsRStreamsN(
                            PackedMatrix m, int panel, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
                        MemorySegment w = m.data();
                        int[] digits = x.digits();
                        int[] starts = x.starts();
                        float[] steps = x.steps();
                        int[] offsets = x.offsets();
                        long p = m.codes(panel, block);
                        long stride = m.panelBytes();
                        {offsets}
                        MemorySegment d = scales.data();
                        long panelStep = scales.panelStep();
                        long blockStep = scales.blockStep();
                        long q = scales.at();
                        {scale offsets}
                        {nested}
                        int gap = m.blockBytes() - m.packing().block() * 8;
                        int lastOfGroup = x.group() / 8 - 1;
                        int groups = m.packing().block() / x.group();
                        int group = block * groups;
                        int left = groups;
                        {rows}
                        int to = row * N * L;
                        {totals}
                        {clear}
                        int end = blocks * m.packing().block() / 8;
                        for (int eight = 0; eight < end; eight++, p += 64) {
                            int k = (block * m.packing().block() / 8 + eight) * 4;
                            {load}
                            for (int j = 0; j < 4; j++) {
                                {x}
                                {multiply}
                                {shift}
                            }
                            if ((eight & lastOfGroup) == lastOfGroup) {
                                {scales}
                                {step}
                                {add}
                                group++;
                                {start}
                                if (--left == 0) {
                                    left = groups;
                                    p += gap;
                                    q += blockStep;
                                    {next nested}
                                }
                            }
                        }
                        {store}
                    }
                """.replace("rowsRStreamsN", "rows" + rows + "Streams" + streams)
                        .replace("N * L", streams + " * L")
                        .replace("TYPE", type),
                Map.ofEntries(
                        Map.entry("{offsets}", GenerateKernels.each(streams, "long o# = Lanes.offset(#, stride, 4);")),
                        Map.entry(
                                "{scale offsets}",
                                GenerateKernels.each(
                                        streams, "long q# = Lanes.offset(#, panelStep, " + type + ".BYTES);")),
                        Map.entry("{nested}", nested("0")),
                        Map.entry("{next nested}", nextNested()),
                        Map.entry(
                                "{rows}",
                                GenerateKernels.each(rows, "int x# = x.digitsAt(row + #), g# = x.groupsAt(row + #);")),
                        Map.entry(
                                "{totals}",
                                GenerateKernels.eachOf(
                                        rows,
                                        streams,
                                        "FloatVector t@_# = FloatVector.fromArray(FLOATS, y, to + (@ * " + streams
                                                + " + #) * L);")),
                        Map.entry(
                                "{clear}",
                                GenerateKernels.each(
                                                rows,
                                                "ShortVector c# = IntVector.broadcast(INTS, starts[g# +"
                                                        + " group]).reinterpretAsShorts();")
                                        + "\n"
                                        + GenerateKernels.eachOf(rows, streams, "ShortVector a@_# = c@;")),
                        Map.entry(
                                "{load}",
                                GenerateKernels.each(
                                        streams,
                                        "IntVector w# = IntVector.fromMemorySegment(INTS, w, p + o#, LITTLE_ENDIAN);")),
                        Map.entry(
                                "{x}",
                                GenerateKernels.each(
                                        rows,
                                        "ShortVector d# = IntVector.broadcast(INTS, digits[x# + k +"
                                                + " j]).reinterpretAsShorts();")),
                        Map.entry(
                                "{multiply}",
                                GenerateKernels.eachOf(
                                        rows, streams, "a@_# = w#.reinterpretAsShorts().mul(d@).add(a@_#);")),
                        Map.entry("{shift}", GenerateKernels.each(streams, "w# = w#.lanewise(LSHR, 4);")),
                        Map.entry(
                                "{scales}", GenerateKernels.each(streams, "FloatVector s# = " + scale("q + q#") + ";")),
                        Map.entry(
                                "{step}",
                                GenerateKernels.each(
                                        rows,
                                        "FloatVector f# = FloatVector.broadcast(FLOATS, steps[g# + group]);\n"
                                                + "IntVector e# = IntVector.broadcast(INTS, offsets[g# + group]);")),
                        Map.entry(
                                "{add}",
                                GenerateKernels.eachOf(
                                        rows,
                                        streams,
                                        "IntVector i@_# = a@_#.reinterpretAsInts();\n"
                                            + "t@_# = ((FloatVector) i@_#.lanewise(LSHL, 16).add(i@_#).lanewise(ASHR,"
                                            + " 16).add(e@).convertShape(I2F, FLOATS, 0)).mul(f@).fma(s#, t@_#);")),
                        Map.entry(
                                "{start}",
                                GenerateKernels.each(
                                                rows,
                                                "c# = IntVector.broadcast(INTS, starts[g# +"
                                                        + " group]).reinterpretAsShorts();")
                                        + "\n"
                                        + GenerateKernels.eachOf(rows, streams, "a@_# = c@;")),
                        Map.entry(
                                "{store}",
                                GenerateKernels.eachOf(
                                        rows, streams, "t@_#.intoArray(y, to + (@ * " + streams + " + #) * L);"))));
    }

    private String scales() {
        return switch (this) {
            case HALF -> "F16 scales";
            case NESTED -> "scales of 8 bits, 16 blocks of which share an F32 scale and an F32 offset";
            case FLOAT -> "F32 scales";
        };
    }

    /** Where the scale and the offset of the first block's nested scales stand, and how many blocks have the same. */
    String nested(String first) {
        return this != NESTED ? "" : """
            float[] nested = scales.nested();
            int n = %s;
            int same = PackedMatrix.NESTED_BLOCKS;\
            """.formatted(first);
    }

    String nextNested() {
        return this != NESTED ? "" : """
            if (--same == 0) {
                same = PackedMatrix.NESTED_BLOCKS;
                n += BlockScales.NESTED_STEP;
            }\
            """;
    }

    /** A vector of scales as floats. */
    String scale(String at) {
        return switch (this) {
            case HALF ->
                "((IntVector) ShortVector.fromMemorySegment(SHORTS, d, " + at
                        + ", LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL,"
                        + " 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS)";
            case NESTED ->
                "((FloatVector) ByteVector.fromMemorySegment(BYTES, d, " + at
                        + ", LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma("
                        + "FloatVector.broadcast(FLOATS, nested[n + # / PARTS * 4]),"
                        + " FloatVector.broadcast(FLOATS, nested[n + # / PARTS * 4 + 1]))";
            case FLOAT -> "FloatVector.fromMemorySegment(FLOATS, d, " + at + ", LITTLE_ENDIAN)";
        };
    }
}

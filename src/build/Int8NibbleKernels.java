import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** 4-bit integers times 8-bit activations in 16-bit lanes: a class for each way in which a block keeps its scale. */
enum Int8NibbleKernels {
    HALF("NibbleInt8Half", "Short", new int[][] {{1, 8}, {1, 4}, {1, 2}, {1, 1}}),
    FLOAT("NibbleInt8Float", "Float", new int[][] {{1, 8}, {1, 4}, {1, 2}, {1, 1}, {2, 4}});

    /** Streams whose minimums are added side by side, because each addition waits for the one before it. */
    private static final int[] MINIMUM_STREAMS = {4, 2, 1};

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

    String source() {
        boolean half = this == HALF;
        String kernels = Arrays.stream(rowsAndStreams)
                .map(shape -> kernel(shape[0], shape[1]))
                .collect(Collectors.joining("\n"));
        String minimums =
                Arrays.stream(MINIMUM_STREAMS).mapToObj(this::minimums).collect(Collectors.joining("\n"));
        String cases = Arrays.stream(rowsAndStreams)
                .map(shape -> "case %d -> rows%dStreams%d(m, panel, block, blocks, scales, x, row, y);"
                        .formatted(10 * shape[0] + shape[1], shape[0], shape[1]))
                .collect(Collectors.joining("\n"));
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
                import static io.baseload.engine.kernel.lanes.Lanes.INTS;
                import static io.baseload.engine.kernel.lanes.Lanes.L;
                                {half imports}
                import static java.nio.ByteOrder.LITTLE_ENDIAN;
                import static jdk.incubator.vector.VectorOperators.ASHR;
                import static jdk.incubator.vector.VectorOperators.I2F;
                import static jdk.incubator.vector.VectorOperators.LSHL;
                import static jdk.incubator.vector.VectorOperators.LSHR;
                {half operator}

                import io.baseload.engine.kernel.lanes.BlockScales;
                import io.baseload.engine.kernel.lanes.Int8Rows;
                import io.baseload.engine.kernel.lanes.Lanes;
                import io.baseload.engine.tensor.PackedMatrix;
                import java.lang.foreign.MemorySegment;
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

                    /** Adds minimums times the sums of a row's columns, block by block; everything as in {@link #multiply}. */
                    public static void minimums(
                            PackedMatrix m, int streams, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
                        for (int i = 0, n; i < streams; i += n) {
                            n = Math.min(4, Integer.highestOneBit(streams - i));
                            int to = (row * streams + i) * L;
                            switch (n) {
                                case 4 -> minimumsOf4(m, i, block, blocks, scales, x, row, y, to);
                                case 2 -> minimumsOf2(m, i, block, blocks, scales, x, row, y, to);
                                default -> minimumsOf1(m, i, block, blocks, scales, x, row, y, to);
                            }
                        }
                    }

                {kernels}

                {minimums}
                }
                """.replace("NAME", className)
                        .replace("SCALES", half ? "F16 scales" : "F32 scales")
                        .replace(
                                "@param streams STREAMS",
                                "@param streams 8, 4, 2 or 1" + (half ? "" : "; 4 for two rows"))
                        .replace("@param rows 1 or 2", half ? "@param rows 1" : "@param rows 1 or 2"),
                Map.of(
                        "{minimums}",
                        minimums,
                        "{cases}",
                        cases,
                        "{kernels}",
                        kernels,
                        "{half imports}",
                        half ? "import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;" : "",
                        "{half operator}",
                        half ? "import static jdk.incubator.vector.VectorOperators.S2I;" : ""));
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

    private String minimums(int streams) {
        return GenerateKernels.fill(
                """
                    private static void minimumsOfN(
                            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
                        MemorySegment d = scales.data();
                        float[] sums = x.sums();
                        int groups = m.packing().block() / x.group();
                        int group = x.groupsAt(row) + block * groups;
                        long panelStep = scales.panelStep();
                        long q = scales.at() + Lanes.offset(stream, panelStep, TYPE.BYTES) + 16 * TYPE.BYTES;
                        {offsets}
                        {totals}
                        for (int b = 0; b < blocks; b++, q += scales.blockStep()) {
                            float sum = 0;
                            for (int end = group + groups; group < end; group++) {
                                sum += sums[group];
                            }
                            FloatVector factor = FloatVector.broadcast(FLOATS, sum);
                            {minimums}
                            {add}
                        }
                        {store}
                    }
                """.replace("minimumsOfN", "minimumsOf" + streams).replace("TYPE", type),
                Map.of(
                        "{offsets}",
                        GenerateKernels.each(streams, "long q# = Lanes.offset(#, panelStep, " + type + ".BYTES);"),
                        "{totals}",
                        GenerateKernels.each(streams, "FloatVector t# = FloatVector.fromArray(FLOATS, y, to + # * L);"),
                        "{minimums}",
                        GenerateKernels.each(streams, "FloatVector m# = " + scale("q + q#") + ";"),
                        "{add}",
                        GenerateKernels.each(streams, "t# = factor.fma(m#, t#);"),
                        "{store}",
                        GenerateKernels.each(streams, "t#.intoArray(y, to + # * L);")));
    }

    /** A vector of scales as floats. */
    private String scale(String at) {
        return this == HALF
                ? "((IntVector) ShortVector.fromMemorySegment(SHORTS, d, " + at
                        + ", LITTLE_ENDIAN).convertShape(S2I, INTS, 0)).lanewise(LSHL,"
                        + " 13).and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS)"
                : "FloatVector.fromMemorySegment(FLOATS, d, " + at + ", LITTLE_ENDIAN)";
    }
}

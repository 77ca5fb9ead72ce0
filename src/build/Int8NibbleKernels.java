import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** 4-bit integers times 8-bit activations in 16-bit lanes: a class for each way in which a block keeps its scales, and one for pairs of rows. */
enum Int8NibbleKernels {
    HALF("NibbleInt8Half", StoredScales.HALF, 1, 8, 4, 2, 1),
    NESTED("NibbleInt8Nested", StoredScales.NESTED, 1, 8, 4, 2, 1),
    FLOAT("NibbleInt8Float", StoredScales.FLOAT, 1, 8, 4, 2, 1),
    PAIRS("NibbleInt8Pairs", StoredScales.FLOAT, 2, 4, 2);

    private final String className;
    private final StoredScales scales;
    private final int rows;
    private final int[] streams;

    Int8NibbleKernels(String className, StoredScales scales, int rows, int... streams) {
        this.className = className;
        this.scales = scales;
        this.rows = rows;
        this.streams = streams;
    }

    String className() {
        return className;
    }

    String source() {
        String kernels = Arrays.stream(streams).mapToObj(this::kernel).collect(Collectors.joining("\n"));
        String cases = Arrays.stream(streams)
                .mapToObj(n -> "case %d -> streams%d(m, panel, block, blocks, scales, x, row, y);".formatted(n, n))
                .collect(Collectors.joining("\n"));
        String widths = Arrays.stream(streams).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                {lanes}
                import static java.nio.ByteOrder.LITTLE_ENDIAN;
                {operators}

                import io.baseload.engine.kernel.lanes.BlockScales;
                import io.baseload.engine.kernel.lanes.Int8Rows;
                import io.baseload.engine.kernel.lanes.Lanes;
                import io.baseload.engine.tensor.PackedMatrix;
                import java.lang.foreign.MemorySegment;
                {vectors}

                /**
                 * 4-bit integers times 8-bit activations, in 16-bit lanes, ROWS, with SCALES; {@link Int8Rows} says why no nibble is masked. Written by src/build/GenerateKernels.java.
                 *
                 * <p>One loop runs over all columns, eight at a time, and looks whether a group ends: a loop over a group's columns would be so short that entering and leaving it takes as long as
                 * the products. Nothing is called while sums are alive, because they might become objects.
                 */
                public final class NAME {
                    private NAME() {}

                    /**
                     * Adds the products of some blocks: ROWS of x, the first {@code row}, times some vectors of weight rows, from the beginning of a panel on, to
                     * {@code y[((row + r) · streams + stream) · L + lane]}.
                     *
                     * @param streams one of WIDTHS
                     * @param block the first block
                     * @param scales those of these blocks
                     */
                    public static void multiply(
                            PackedMatrix m, int panel, int streams, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
                        switch (streams) {
                            {cases}
                            default -> throw new IllegalArgumentException(streams + " streams");
                        }
                    }

                {kernels}
                }
                """.replace("NAME", className)
                        .replace("ROWS", rows == 1 ? "one row" : "two rows")
                        .replace("SCALES", scales.words())
                        .replace("WIDTHS", widths),
                Map.of(
                        "{cases}",
                        cases,
                        "{kernels}",
                        kernels,
                        "{lanes}",
                        GenerateKernels.imports(
                                "static io.baseload.engine.kernel.lanes.Lanes.",
                                Stream.concat(Stream.of("FLOATS", "INTS", "L"), scales.lanes().stream())),
                        "{operators}",
                        GenerateKernels.imports(
                                "static jdk.incubator.vector.VectorOperators.",
                                Stream.concat(Stream.of("ASHR", "I2F", "LSHL", "LSHR"), scales.operators().stream())),
                        "{vectors}",
                        GenerateKernels.imports(
                                "jdk.incubator.vector.",
                                Stream.of("FloatVector", "IntVector", "ShortVector", scales.vector()))));
    }

    private String kernel(int streams) {
        return GenerateKernels.fill(
                """
                    private static void streamsN(
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
                                }
                            }
                        }
                        {store}
                    }
                """.replace("streamsN", "streams" + streams).replace("N * L", streams + " * L"),
                Map.ofEntries(
                        Map.entry("{offsets}", GenerateKernels.each(streams, "long o# = Lanes.offset(#, stride, 4);")),
                        Map.entry(
                                "{scale offsets}",
                                GenerateKernels.each(
                                        streams, "long q# = Lanes.offset(#, panelStep, " + scales.type() + ".BYTES);")),
                        Map.entry("{nested}", scales.nested("0")),
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
                                "{scales}",
                                GenerateKernels.each(streams, "FloatVector s# = " + scales.read("q + q#") + ";")),
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
}

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * 4-bit integers times 8-bit activations in 16-bit lanes: three classes for each format of scales. One class loops over groups of any length and chooses the method;
 * another has groups of 32 columns written out; the third multiplies two rows at once.
 */
enum Int8NibbleKernels {
    HALF("NibbleInt8Half", StoredScales.HALF),
    NESTED("NibbleInt8Nested", StoredScales.NESTED),
    FLOAT("NibbleInt8Float", StoredScales.FLOAT);

    private static final int[] STREAMS = {8, 4, 2, 1};

    private final String className;
    private final StoredScales scales;

    Int8NibbleKernels(String className, StoredScales scales) {
        this.className = className;
        this.scales = scales;
    }

    /** Source text by class name. */
    Map<String, String> sources() {
        return Map.of(className, loops(), groupsName(), writtenOutGroups(), pairsName(), pairs());
    }

    private String pairsName() {
        return className + "Pairs";
    }

    private String groupsName() {
        return className + "Groups";
    }

    private String loops() {
        String cases = Arrays.stream(STREAMS).mapToObj(this::call).collect(Collectors.joining("\n"));
        String widths = Arrays.stream(STREAMS).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        return file(
                """
                /**
                 * 4-bit integers times 8-bit activations, in 16-bit lanes, one row, with SCALES; {@link Int8Rows} says why no nibble is masked. Written by src/build/GenerateKernels.java.
                 *
                 * <p>One loop runs over all columns, eight at a time, and checks whether a group ends: a loop over a group's columns would be so short that entering and leaving it takes as long as
                 * the products. For few streams and groups of 32 columns, {@link GROUPS} has a whole group written out instead. No method is called while sums are alive, because they might become
                 * objects; totals of floats that lived around a loop did, so they are in memory.
                 */
                public final class NAME {
                    private NAME() {}

                    /**
                     * Adds the products of some blocks: a row of x times some vectors of weight rows, from the beginning of a panel on, to
                     * {@code y[(row · streams + stream) · L + lane]}.
                     *
                     * @param streams one of WIDTHS
                     * @param block the first block
                     * @param scales those of these blocks
                     */
                    public static void multiply(
                            PackedMatrix m, int panel, int streams, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
                        boolean whole = x.group() == Int8Rows.GROUP;
                        switch (streams) {
                            {cases}
                            default -> throw new IllegalArgumentException(streams + " streams");
                        }
                    }

                {kernels}
                }
                """.replace("GROUPS", groupsName()).replace("WIDTHS", widths),
                className,
                Map.of("{cases}", cases, "{kernels}", kernels(Arrays.stream(STREAMS), streams -> kernel(1, streams))));
    }

    private String writtenOutGroups() {
        return file(
                """
                /**
                 * {@link LOOPS} for groups of 32 columns and few streams: a group is written out in each turn of the loop, so that there is no branch in it. Written by
                 * src/build/GenerateKernels.java.
                 */
                final class NAME {
                    private NAME() {}

                {kernels}
                }
                """.replace("LOOPS", className),
                groupsName(),
                Map.of("{kernels}", kernels(writtenOut(), this::groups)));
    }

    private String pairs() {
        return file("""
            /**
             * {@link LOOPS} for two rows and four vectors of weights: each vector is loaded and shifted once for both rows, which takes as many instructions as their products. As many sums as
             * eight streams of one row have, so it needs as many registers. Written by src/build/GenerateKernels.java.
             */
            public final class NAME {
                private NAME() {}

                /**
                 * Adds the products of some blocks: the rows {@code row} and {@code row + 1} of x times four vectors of weight rows, to
                 * {@code y[(row · streams + stream) · L + lane]}.
                 *
                 * @param streams vectors of weight rows from the beginning of {@code panel} on, for which y has sums
                 * @param first the first of the four
                 * @param block the first block
                 * @param scales those of these blocks, from {@code panel} on
                 */
            {kernel}
            }
            """.replace("LOOPS", className), pairsName(), Map.of("{kernel}", kernel(2, 4)), "PARTS");
    }

    private static String kernels(IntStream streams, IntFunction<String> kernel) {
        return streams.mapToObj(kernel).collect(Collectors.joining("\n"));
    }

    private String file(String body, String name, Map<String, String> parts, String... lanes) {
        var all = new HashMap<>(parts);
        all.put(
                "{lanes}",
                GenerateKernels.imports(
                        "static io.baseload.engine.kernel.lanes.Lanes.",
                        Stream.of(Stream.of("FLOATS", "INTS", "L"), scales.lanes().stream(), Arrays.stream(lanes))
                                .flatMap(names -> names)));
        all.put(
                "{operators}",
                GenerateKernels.imports(
                        "static jdk.incubator.vector.VectorOperators.",
                        Stream.concat(Stream.of("ASHR", "I2F", "LSHL", "LSHR"), scales.operators().stream())));
        all.put(
                "{vectors}",
                GenerateKernels.imports(
                        "jdk.incubator.vector.",
                        Stream.concat(
                                Stream.of("FloatVector", "IntVector", "ShortVector"), scales.vectors().stream())));
        String imports = """
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

            """;
        return GenerateKernels.fill(imports + body.replace("NAME", name).replace("SCALES", scales.words()), all);
    }

    /** Streams whose groups are written out: those that AVX2 has registers for. */
    private IntStream writtenOut() {
        return Arrays.stream(STREAMS).filter(n -> n > 1 && n <= 4);
    }

    private String call(int streams) {
        String loop = "streams%d(m, panel, block, blocks, scales, x, row, y);".formatted(streams);
        String call = writtenOut().noneMatch(n -> n == streams) ? loop : """
            {
                if (whole) {
                    %s.groups%d(m, panel, block, blocks, scales, x, row, y);
                } else {
                    %s
                }
            }\
            """.formatted(groupsName(), streams, loop);
        return "case %d -> %s".formatted(streams, call);
    }

    private String kernel(int rows, int streams) {
        return GenerateKernels.fill(
                """
                    ACCESS static void NAME(
                            {parameters}
                        {addresses}
                        int lastOfGroup = x.group() / 8 - 1;
                        int groups = m.packing().block() / x.group();
                        int group = block * groups;
                        int left = groups;
                        {row}
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
                    }
                """.replace("ACCESS", rows == 1 ? "private" : "public")
                        .replace("NAME", rows == 1 ? "streams" + streams : "multiply"),
                Map.ofEntries(
                        Map.entry("{parameters}", parameters(rows)),
                        Map.entry("{addresses}", addresses(rows, streams)),
                        Map.entry("{row}", row(rows, streams)),
                        Map.entry("{clear}", clear(rows, streams)),
                        Map.entry("{load}", load("w", streams, "p + o#")),
                        Map.entry("{x}", digits(rows, "k + j")),
                        Map.entry("{multiply}", multiply(rows, "w", streams)),
                        Map.entry("{shift}", shift("w", streams)),
                        Map.entry("{scales}", readScales(streams)),
                        Map.entry("{step}", step(rows)),
                        Map.entry("{add}", add(rows, streams)),
                        Map.entry("{start}", clear(rows, streams).replace("ShortVector ", ""))));
    }

    /** Two or four streams, with a group of 32 columns written out per iteration: no branch in the loop, which matters most on AVX2. With more streams such a method is too large for C1. */
    private String groups(int streams) {
        return GenerateKernels.fill(
                """
                    static void groupsN(
                            {parameters}
                        {addresses}
                        int groups = m.packing().block() / Int8Rows.GROUP;
                        int left = groups;
                        {row}
                        int end = (block + blocks) * groups;
                        for (int group = block * groups; group < end; group++, p += 8 * Int8Rows.GROUP) {
                            int k = group * (Int8Rows.GROUP / 2);
                            {clear}
                            {eights}
                            {scales}
                            {step}
                            {add}
                            if (--left == 0) {
                                left = groups;
                                p += gap;
                                q += blockStep;
                            }
                        }
                    }
                """.replace("groupsN", "groups" + streams),
                Map.ofEntries(
                        Map.entry("{parameters}", parameters(1)),
                        Map.entry("{addresses}", addresses(1, streams)),
                        Map.entry("{row}", row(1, streams)),
                        Map.entry("{clear}", clear(1, streams)),
                        Map.entry(
                                "{eights}",
                                IntStream.range(0, 4)
                                        .mapToObj(
                                                number -> eight(number, streams).stripTrailing())
                                        .collect(Collectors.joining("\n"))),
                        Map.entry("{scales}", readScales(streams)),
                        Map.entry("{step}", step(1)),
                        Map.entry("{add}", add(1, streams))));
    }

    /** Eight columns of a group. */
    private String eight(int number, int streams) {
        return GenerateKernels.fill(
                        """
                        {load}
                        for (int j = 0; j < 4; j++) {
                            {x}
                            {multiply}
                            {shift}
                        }\
                        """,
                        Map.of(
                                "{load}",
                                        load("wE_", streams, "p + EIGHT * 64L + o#")
                                                .replace("EIGHT", String.valueOf(number)),
                                "{x}", digits(1, "k + EIGHT * 4 + j").replace("EIGHT", String.valueOf(number)),
                                "{multiply}", multiply(1, "wE_", streams),
                                "{shift}", shift("wE_", streams)))
                .replace("wE_", "w" + number + "_");
    }

    private static String parameters(int rows) {
        return rows == 1
                ? "PackedMatrix m, int panel, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[]"
                        + " y) {"
                : "PackedMatrix m, int panel, int streams, int first, int block, int blocks, BlockScales scales,"
                        + " Int8Rows x, int row, float[] y) {";
    }

    /** The addresses with which a call begins, and their steps. */
    private String addresses(int rows, int streams) {
        return GenerateKernels.fill(
                        """
                        MemorySegment w = m.data();
                        int[] digits = x.digits();
                        int[] starts = x.starts();
                        float[] steps = x.steps();
                        int[] offsets = x.offsets();
                        long p = m.codes(PANEL, block);
                        long stride = m.panelBytes();
                        {offsets}
                        MemorySegment d = scales.data();
                        long panelStep = scales.panelStep();
                        long blockStep = scales.blockStep();
                        long q = SCALES;
                        {scale offsets}
                        {nested}
                        int gap = m.blockBytes() - m.packing().block() * 8;\
                        """.replace("PANEL", rows == 1 ? "panel" : "panel + first / PARTS").replace(
                                "SCALES", rows == 1 ? "scales.at()" : "scales.at() + first / PARTS * panelStep"),
                        Map.of(
                                "{offsets}",
                                GenerateKernels.each(streams, "long o# = Lanes.offset(#, stride, 4);"),
                                "{scale offsets}",
                                GenerateKernels.each(
                                        streams, "long q# = Lanes.offset(#, panelStep, " + scales.type() + ".BYTES);"),
                                "{nested}",
                                scales.nested(rows == 1 ? "0" : "first / PARTS * 4")))
                .stripTrailing();
    }

    /** The places of the rows, @, in x and y. */
    private static String row(int rows, int streams) {
        String to = rows == 1 ? "row * STREAMS * L" : "((row + @) * streams + first) * L";
        return GenerateKernels.eachOf(rows, 1, """
            int x@ = x.digitsAt(row + @), g@ = x.groupsAt(row + @);
            int to@ = TO;\
            """.replace("TO", to).replace("STREAMS", String.valueOf(streams)))
                .replace("(row + 0) ", "row ")
                .replace("row + 0", "row");
    }

    /** The lanes' start values. */
    private static String clear(int rows, int streams) {
        return GenerateKernels.eachOf(
                        rows,
                        1,
                        "ShortVector c@ = IntVector.broadcast(INTS, starts[g@ + group]).reinterpretAsShorts();")
                + "\n"
                + GenerateKernels.eachOf(rows, streams, "ShortVector a@_# = c@;");
    }

    private static String load(String name, int streams, String at) {
        return GenerateKernels.each(
                streams, "IntVector " + name + "# = IntVector.fromMemorySegment(INTS, w, " + at + ", LITTLE_ENDIAN);");
    }

    private static String digits(int rows, String at) {
        return GenerateKernels.eachOf(
                rows, 1, "ShortVector d@ = IntVector.broadcast(INTS, digits[x@ + " + at + "]).reinterpretAsShorts();");
    }

    private static String multiply(int rows, String name, int streams) {
        return GenerateKernels.eachOf(rows, streams, "a@_# = " + name + "#.reinterpretAsShorts().mul(d@).add(a@_#);");
    }

    private static String shift(String name, int streams) {
        return GenerateKernels.each(streams, name + "# = " + name + "#.lanewise(LSHR, 4);");
    }

    private String readScales(int streams) {
        return GenerateKernels.each(streams, "FloatVector s# = " + scales.read("q + q#") + ";");
    }

    private static String step(int rows) {
        return GenerateKernels.eachOf(rows, 1, """
            FloatVector f@ = FloatVector.broadcast(FLOATS, steps[g@ + group]);
            IntVector e@ = IntVector.broadcast(INTS, offsets[g@ + group]);\
            """);
    }

    /** Adds a group's sums, converted and scaled, to the totals, which are in memory: floats that live around the loop may become objects. */
    private static String add(int rows, int streams) {
        return GenerateKernels.eachOf(rows, streams, """
            IntVector i@_# = a@_#.reinterpretAsInts();
            ((FloatVector) i@_#.lanewise(LSHL, 16).add(i@_#).lanewise(ASHR, 16).add(e@).convertShape(I2F, FLOATS, 0)).mul(f@).fma(s#, FloatVector.fromArray(FLOATS, y, to@ + # * L)).intoArray(y, to@ + # * L);\
            """);
    }
}

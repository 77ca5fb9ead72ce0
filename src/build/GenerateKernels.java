import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the register kernels of {@code engine.kernel.generated}, or checks that they are what this program writes: {@code GenerateKernels write|check}, from the root
 * of the project.
 *
 * <p>A register kernel keeps its sums in local variables, because a vector that leaves its method, or stands in an array, becomes an object. So a kernel for four
 * streams of weights and two rows of x spells out eight sums, one for six streams would spell out twelve. Only their numbers differ: the pattern is here, once.
 */
final class GenerateKernels {
    private static final Path FOLDER = Path.of("src/main/java/io/baseload/engine/kernel/generated");

    private GenerateKernels() {}

    public static void main(String[] args) throws IOException {
        Map<String, String> files = new TreeMap<>();
        files.put("NibbleInt8By32.java", Int8Nibbles.source("NibbleInt8By32", 32));
        files.put("NibbleInt8By16.java", Int8Nibbles.source("NibbleInt8By16", 16));
        files.put("CodebookInt8.java", Int8Codebook.source());
        boolean check = args[0].equals("check");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = FOLDER.resolve(file.getKey());
            if (!check) {
                Files.writeString(path, file.getValue());
            } else if (!Files.exists(path) || !Files.readString(path).equals(file.getValue())) {
                fail(path + " is not what src/build/GenerateKernels.java writes");
            }
        }
        try (var there = Files.list(FOLDER)) {
            there.map(path -> path.getFileName().toString())
                    .filter(name -> !files.containsKey(name) && !name.equals("package-info.java"))
                    .forEach(name -> fail(FOLDER.resolve(name) + " is not written by src/build/GenerateKernels.java"));
        }
    }

    private static void fail(String message) {
        System.err.println(message + "; this writes the kernels: ./mvnw exec:exec@kernels -Dkernels=write");
        System.exit(1);
    }

    /** A line for each number below {@code count}, which stands for #. */
    static String each(int count, String line) {
        return IntStream.range(0, count)
                .mapToObj(i -> line.replace("#", String.valueOf(i)))
                .collect(Collectors.joining("\n"));
    }

    /** A line for each row r, which stands for @, and each stream, which stands for #. */
    static String eachOf(int rows, int streams, String line) {
        return IntStream.range(0, rows)
                .mapToObj(r -> each(streams, line.replace("@", String.valueOf(r))))
                .collect(Collectors.joining("\n"));
    }

    /** Puts lines in for a name in braces, each as far to the right as the name stands. */
    static String fill(String template, Map<String, String> parts) {
        return template.lines()
                        .map(line -> {
                            String name = line.strip();
                            String part = parts.get(name);
                            if (part == null) {
                                return line;
                            }
                            String margin = line.substring(0, line.indexOf(name));
                            return part.lines().map(each -> margin + each).collect(Collectors.joining("\n"));
                        })
                        .collect(Collectors.joining("\n"))
                + "\n";
    }

    /** 4-bit integers times 8-bit activations in 16-bit lanes. */
    private static final class Int8Nibbles {
        private static final int[][] ROWS_AND_STREAMS = {{1, 4}, {1, 2}, {1, 1}, {2, 4}, {4, 4}};

        static String source(String name, int group) {
            String kernels = java.util.Arrays.stream(ROWS_AND_STREAMS)
                    .map(shape -> kernel(shape[0], shape[1], group))
                    .collect(Collectors.joining("\n"));
            String cases = java.util.Arrays.stream(ROWS_AND_STREAMS)
                    .map(shape -> "case %d -> rows%dStreams%d(m, unit, x, row, scales, y);"
                            .formatted(10 * shape[0] + shape[1], shape[0], shape[1]))
                    .collect(Collectors.joining("\n"));
            return fill(
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
                         * Some rows of x, from {@code row} on, times some vectors of weight rows, from {@code unit} on, without minimums: {@code y[(row · streams + stream) · L + lane]}.
                         *
                         * @param rows 1, 2 or 4
                         * @param streams 4, 2 or 1; 4 for several rows
                         * @param scales room for those of a block
                         */
                        public static void multiply(
                                PackedMatrix m, int unit, int streams, Int8Rows x, int row, int rows, float[] scales, float[] y) {
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
            return fill(
                    """
                        private static void rowsRStreamsN(PackedMatrix m, int unit, Int8Rows x, int row, float[] scales, float[] y) {
                            MemorySegment w = m.data();
                            int[] digits = x.digits();
                            long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
                            long stride = m.panelBytes();
                            {offsets}
                            int groups = m.packing().block() / GROUP;
                            {rows}
                            FloatVector zero = FloatVector.zero(FLOATS);
                            {totals}
                            for (int b = 0, group = 0; b < m.blocks(); b++) {
                                long p = panel + (long) b * m.blockBytes();
                                ScaleVectors.scales(m, unit, N, b, scales);
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
                            .replace("unit, N, b", "unit, " + streams + ", b")
                            .replace("GROUP", String.valueOf(group)),
                    Map.ofEntries(
                            Map.entry("{offsets}", each(streams, "long o# = Lanes.offset(#, stride, Integer.BYTES);")),
                            Map.entry("{rows}", each(rows, "int x# = x.digitsAt(row + #), s# = x.groupsAt(row + #);")),
                            Map.entry("{totals}", eachOf(rows, streams, "FloatVector t@_# = zero;")),
                            Map.entry("{clear}", eachOf(rows, streams, "ShortVector a@_# = ShortVector.zero(WORDS);")),
                            Map.entry(
                                    "{load}",
                                    each(
                                            streams,
                                            "ShortVector w# = IntVector.fromMemorySegment(INTS, w, p + o#,"
                                                    + " LITTLE_ENDIAN).reinterpretAsShorts();")),
                            Map.entry(
                                    "{x}",
                                    each(
                                            rows,
                                            "ShortVector d# = IntVector.broadcast(INTS, digits[x# + k +"
                                                    + " j]).reinterpretAsShorts();")),
                            Map.entry("{multiply}", eachOf(rows, streams, "a@_# = w#.mul(d@).add(a@_#);")),
                            Map.entry("{shift}", each(streams, "w# = w#.lanewise(LSHR, 4);")),
                            Map.entry(
                                    "{step}",
                                    each(
                                            rows,
                                            "FloatVector f# = FloatVector.broadcast(FLOATS, x.steps()[s# + group]);\n"
                                                    + "IntVector c# = IntVector.broadcast(INTS, x.corrections()[s# +"
                                                    + " group]);")),
                            Map.entry("{ints}", eachOf(rows, streams, "IntVector i@_# = a@_#.reinterpretAsInts();")),
                            Map.entry(
                                    "{add}",
                                    eachOf(
                                            rows,
                                            streams,
                                            "t@_# = ((FloatVector) i@_#.lanewise(LSHL, 16).lanewise(ASHR,"
                                                + " 16).add(i@_#.lanewise(ASHR, 16)).add(c@).convertShape(I2F, FLOATS,"
                                                + " 0)).mul(f@).fma(FloatVector.fromArray(FLOATS, scales, # * L),"
                                                + " t@_#);")),
                            Map.entry(
                                    "{store}",
                                    eachOf(rows, streams, "t@_#.intoArray(y, (@ * " + streams + " + #) * L);"))));
        }
    }

    /** 4-bit codes of a table, as bytes, times 8-bit activations in two digits; for vectors of 256 bits. */
    private static final class Int8Codebook {
        static String source() {
            return fill("""
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

                import io.baseload.engine.kernel.lanes.Int8Rows;
                import io.baseload.engine.kernel.lanes.ScaleVectors;
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
                     * One row of x times one vector of eight weight rows, to {@code y[0 …]}.
                     *
                     * @param table the values of the 16 codes
                     * @param scales room for those of a block
                     */
                {kernel}
                }
                """, Map.of("{kernel}", kernel(1)));
        }

        private static String kernel(int rows) {
            return fill(
                    """
                        public static void multiply(PackedMatrix m, int unit, byte[] table, Int8Rows x, int row, float[] scales, float[] y) {
                            MemorySegment w = m.data();
                            long[] quads = x.quads();
                            ByteVector values = ByteVector.fromArray(TABLE, table, 0);
                            long panel = unit / PARTS * m.panelBytes() + unit % PARTS * (long) L * Integer.BYTES;
                            int length = x.group();
                            int groups = m.packing().block() / length;
                            {rows}
                            FloatVector zero = FloatVector.zero(FLOATS);
                            {totals}
                            for (int b = 0, group = 0; b < m.blocks(); b++) {
                                long p = panel + (long) b * m.blockBytes();
                                ScaleVectors.scales(m, unit, 1, b, scales);
                                for (int end = group + groups; group < end; group++) {
                                    {clear}
                                    int k = group * (length / 2);
                                    for (int eight = 0; eight < length / 8; eight++, p += 64, k += 4) {
                                        IntVector w0 = IntVector.fromMemorySegment(QUARTER, w, p, LITTLE_ENDIAN);
                                        IntVector w1 = IntVector.fromMemorySegment(QUARTER, w, p + 16, LITTLE_ENDIAN);
                                        ShortVector c0 = (ShortVector) w0.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                                        ShortVector c1 = (ShortVector) w1.and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                                        {x}
                                        {even}
                                        c0 = (ShortVector) w0.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
                                        c1 = (ShortVector) w1.lanewise(LSHR, 4).and(0x0F0F0F0F).reinterpretAsBytes().selectFrom(values).convertShape(B2S, WORDS, 0);
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
                            Map.entry("{rows}", each(rows, "int x# = x.digitsAt(row + #), s# = x.groupsAt(row + #);")),
                            Map.entry("{totals}", each(rows, "FloatVector t# = zero;")),
                            Map.entry(
                                    "{clear}",
                                    each(
                                            rows,
                                            "ShortVector h#_0 = ShortVector.zero(WORDS), h#_1 = h#_0, l#_0 = h#_0,"
                                                    + " l#_1 = h#_0;")),
                            Map.entry("{x}", each(rows, "ShortVector u#, v#;")),
                            Map.entry("{even}", each(rows, products(0))),
                            Map.entry("{odd}", each(rows, products(2))),
                            Map.entry(
                                    "{ints}",
                                    eachOf(
                                            rows,
                                            2,
                                            "IntVector hi@_# = h@_#.reinterpretAsInts(), li@_# ="
                                                    + " l@_#.reinterpretAsInts();")),
                            Map.entry(
                                    "{quarters}",
                                    eachOf(
                                            rows,
                                            2,
                                            "LongVector q@_# = hi@_#.lanewise(LSHL, 16).lanewise(ASHR,"
                                                    + " 16).add(hi@_#.lanewise(ASHR, 16)).lanewise(LSHL,"
                                                    + " 4).add(li@_#.lanewise(LSHL, 16).lanewise(ASHR,"
                                                    + " 16)).add(li@_#.lanewise(ASHR, 16)).reinterpretAsLongs();")),
                            Map.entry("{add}", each(rows, """
                                IntVector i# = q#_0.reinterpretAsInts().add(q#_0.lanewise(LSHR, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFFL).or(q#_1.reinterpretAsInts().add(q#_1.lanewise(LSHL, 32).reinterpretAsInts()).reinterpretAsLongs().and(0xFFFFFFFF00000000L)).reinterpretAsInts().rearrange(IN_ORDER);
                                t# = ((FloatVector) i#.convertShape(I2F, FLOATS, 0)).mul(FloatVector.broadcast(FLOATS, x.steps()[s# + group])).fma(FloatVector.fromArray(FLOATS, scales, 0), t#);\
                                """)),
                            Map.entry("{store}", each(rows, "t#.intoArray(y, # * L);"))));
        }

        private static String products(int digit) {
            return """
                u# = LongVector.broadcast(QUADS, quads[x# + k + $D]).reinterpretAsShorts();
                v# = LongVector.broadcast(QUADS, quads[x# + k + $E]).reinterpretAsShorts();
                h#_0 = c0.mul(u#).add(h#_0);
                h#_1 = c1.mul(u#).add(h#_1);
                l#_0 = c0.mul(v#).add(l#_0);
                l#_1 = c1.mul(v#).add(l#_1);\
                """.replace("$D", String.valueOf(digit)).replace("$E", String.valueOf(digit + 1));
        }
    }
}

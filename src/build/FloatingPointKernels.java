import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Floating-point weights in decode: vectors of weight rows, widened in registers, times one row of x. */
enum FloatingPointKernels {
    PLAIN("FloatingPoint", "F32, F16 and BF16 weights", Kind.FLOATS, Kind.HALVES, Kind.BRAIN_FLOATS),
    SCALED("FloatingPoint8", "F8_E4M3 weights with a scale for each block", Kind.FLOATS8);

    private static final int[] STREAMS = {8, 4, 2, 1};

    private enum Kind {
        FLOATS("F32", "floats", "Float", "FloatVector.fromMemorySegment(FLOATS, w, p + o#, LITTLE_ENDIAN)"),
        HALVES(
                "F16",
                "halves",
                "Short",
                shorts(13) + ".and(Lanes.HALF_BITS).reinterpretAsFloats().mul(Lanes.HALF_BIAS)"),
        BRAIN_FLOATS("BF16", "brainFloats", "Short", shorts(16) + ".reinterpretAsFloats()"),
        FLOATS8(
                "F8_E4M3",
                "floats",
                "Byte",
                "((IntVector) ByteVector.fromMemorySegment(BYTES, w, p + o#, LITTLE_ENDIAN).convertShape(B2I, INTS, 0))"
                        + ".lanewise(LSHL, 20).and(Lanes.FLOAT8_BITS)"
                        + ".reinterpretAsFloats().mul(Lanes.FLOAT8_BIAS).mul(d#)");

        private final String codes;
        private final String method;
        private final String element;
        private final String weight;

        Kind(String codes, String method, String element, String weight) {
            this.codes = codes;
            this.method = method;
            this.element = element;
            this.weight = weight;
        }

        private static String shorts(int shift) {
            return "((IntVector) ShortVector.fromMemorySegment(SHORTS, w, p + o#, LITTLE_ENDIAN)"
                    + ".convertShape(S2I, INTS, 0)).lanewise(LSHL, " + shift + ")";
        }
    }

    private final String className;
    private final String words;
    private final Kind[] kinds;

    FloatingPointKernels(String className, String words, Kind... kinds) {
        this.className = className;
        this.words = words;
        this.kinds = kinds;
    }

    String className() {
        return className;
    }

    String source() {
        String codes = Arrays.stream(kinds)
                .map(kind -> "case %s -> %s(m, unit, streams, x, first, y);".formatted(kind.codes, kind.method))
                .collect(Collectors.joining("\n"));
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                {imports}

                /**
                 * WORDS, which are widened in registers, times one row of x. Each sum runs in the order of the columns, as in {@link Tile}, so both give the same bits.
                 * Written by src/build/GenerateKernels.java.
                 */
                public final class NAME {
                    private NAME() {}

                    /**
                     * The products of all columns of some vectors of weight rows, from {@code unit} on.
                     *
                     * @param streams 8, 4, 2 or 1
                     * @param first the index in x of the row
                     * @param y receives {@code [stream][lane]}
                     */
                    public static void multiply(PackedMatrix m, int unit, int streams, float[] x, int first, float[] y) {
                        switch (m.packing().codes()) {
                            {codes}
                            default -> throw new IllegalArgumentException(String.valueOf(m.packing()));
                        }
                    }

                {choices}

                {kernels}
                }
                """.replace("WORDS", words).replace("NAME", className),
                Map.of(
                        "{imports}",
                        imports(),
                        "{codes}",
                        codes,
                        "{choices}",
                        Arrays.stream(kinds).map(FloatingPointKernels::choice).collect(Collectors.joining("\n")),
                        "{kernels}",
                        Arrays.stream(kinds)
                                .flatMap(kind -> Arrays.stream(STREAMS).mapToObj(streams -> kernel(kind, streams)))
                                .collect(Collectors.joining("\n"))));
    }

    private String imports() {
        boolean plain = this == PLAIN;
        return GenerateKernels.fill(
                """
                {lanes}
                import static io.baseload.engine.tensor.PackedMatrix.LANES;
                import static java.nio.ByteOrder.LITTLE_ENDIAN;
                {operators}

                import io.baseload.engine.kernel.lanes.Lanes;
                import io.baseload.engine.tensor.PackedMatrix;
                import java.lang.foreign.MemorySegment;
                {vectors}
                """,
                Map.of(
                        "{lanes}",
                        GenerateKernels.imports(
                                "static io.baseload.engine.kernel.lanes.Lanes.",
                                Stream.of("FLOATS", "INTS", "L", "PARTS", plain ? "SHORTS" : "BYTES")),
                        "{operators}",
                        GenerateKernels.imports(
                                "static jdk.incubator.vector.VectorOperators.",
                                Stream.of("LSHL", plain ? "S2I" : "B2I")),
                        "{vectors}",
                        GenerateKernels.imports(
                                "jdk.incubator.vector.",
                                Stream.of("FloatVector", "IntVector", plain ? "ShortVector" : "ByteVector"))));
    }

    private static String choice(Kind kind) {
        String cases = Arrays.stream(STREAMS)
                .mapToObj(streams -> "case %d -> %s%d(m, unit, x, first, y);".formatted(streams, kind.method, streams))
                .collect(Collectors.joining("\n"));
        return GenerateKernels.fill("""
                private static void METHOD(PackedMatrix m, int unit, int streams, float[] x, int first, float[] y) {
                    switch (streams) {
                        {cases}
                        default -> throw new IllegalArgumentException(streams + " streams");
                    }
                }
            """.replace("METHOD", kind.method), Map.of("{cases}", cases));
    }

    private static String kernel(Kind kind, int streams) {
        return GenerateKernels.fill(
                """
                    private static void METHODN(PackedMatrix m, int unit, float[] x, int first, float[] y) {
                        MemorySegment w = m.data();
                        long from = m.codes(unit / PARTS, 0) + unit % PARTS * (long) L * ELEMENT.BYTES;
                        {stride}
                        {offsets}
                        {clear}
                        {loop}
                        {store}
                    }
                """.replace("METHODN", kind.method + streams).replace("ELEMENT", kind.element),
                Map.of(
                        "{stride}",
                        streams > 1 ? "long stride = m.panelBytes();" : "",
                        "{offsets}",
                        offsets("o", streams, kind.element),
                        "{clear}",
                        GenerateKernels.each(streams, "FloatVector a# = FloatVector.zero(FLOATS);"),
                        "{loop}",
                        loop(kind, streams).stripTrailing(),
                        "{store}",
                        GenerateKernels.each(streams, "a#.intoArray(y, # * L);")));
    }

    private static String offsets(String name, int streams, String element) {
        return GenerateKernels.each(streams, "long " + name + "# = Lanes.offset(#, stride, " + element + ".BYTES);")
                .replace("Lanes.offset(0, stride, " + element + ".BYTES)", "0");
    }

    private static String loop(Kind kind, int streams) {
        String products = GenerateKernels.each(streams, "a# = " + kind.weight + ".fma(f, a#);");
        if (kind != Kind.FLOATS8) {
            return GenerateKernels.fill("""
                int columns = m.cols();
                for (int k = 0; k < columns; k++) {
                    long p = from + k * (long) LANES * ELEMENT.BYTES;
                    FloatVector f = FloatVector.broadcast(FLOATS, x[first + k]);
                    {products}
                }
                """.replace("ELEMENT", kind.element), Map.of("{products}", products));
        }
        return GenerateKernels.fill(
                """
                int size = m.packing().block();
                long scales = m.scales(unit / PARTS, 0) + unit % PARTS * (long) L * Float.BYTES;
                {offsets}
                for (int b = 0; b < m.blocks(); b++) {
                    long at = from + b * (long) m.blockBytes(), s = scales + b * (long) m.blockBytes();
                    {scales}
                    for (int j = 0; j < size; j++) {
                        long p = at + j * (long) LANES;
                        FloatVector f = FloatVector.broadcast(FLOATS, x[first + b * size + j]);
                        {products}
                    }
                }
                """,
                Map.of(
                        "{offsets}",
                        offsets("e", streams, "Float"),
                        "{scales}",
                        GenerateKernels.each(
                                streams,
                                "FloatVector d# = FloatVector.fromMemorySegment(FLOATS, w, s + e#, LITTLE_ENDIAN);"),
                        "{products}",
                        products));
    }
}

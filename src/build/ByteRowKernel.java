import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** 8-bit weights times one row of F32 activations, without a break in the streams: a class for each format of scales, with and without minimums. */
final class ByteRowKernel {
    private static final int[] STREAMS = {8, 4, 2, 1};

    private ByteRowKernel() {}

    /** Source text by class name. */
    static Map<String, String> sources() {
        return Stream.of(StoredScales.HALF, StoredScales.FLOAT)
                .collect(Collectors.toMap(ByteRowKernel::name, ByteRowKernel::source));
    }

    private static String name(StoredScales scales) {
        return scales == StoredScales.HALF ? "ByteRowHalf" : "ByteRowFloat";
    }

    private static String source(StoredScales scales) {
        String cases = formats(scales)
                .map(format -> "case %1$s -> %2$s(m, unit, streams, block, blocks, x, first, row, %3$sy);"
                        .formatted(format.constant(), format.name(), format.sums("")))
                .collect(Collectors.joining("\n"));
        String kernels = formats(scales)
                .map(format -> dispatch(format)
                        + "\n"
                        + Arrays.stream(STREAMS)
                                .mapToObj(streams -> kernel(format, streams))
                                .collect(Collectors.joining("\n")))
                .collect(Collectors.joining("\n"));
        String lanes = GenerateKernels.imports(
                "static io.baseload.engine.kernel.lanes.Lanes.",
                Stream.concat(Stream.of("BYTES", "FLOATS", "L", "PARTS"), scales.lanes().stream()));
        String operators = GenerateKernels.imports(
                "static jdk.incubator.vector.VectorOperators.",
                Stream.concat(Stream.of("B2F"), scales.operators().stream()));
        String vectors = GenerateKernels.imports(
                "jdk.incubator.vector.",
                Stream.concat(Stream.of("ByteVector", "FloatVector"), scales.vectors().stream()));
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                {lanes}
                import static io.baseload.engine.tensor.PackedMatrix.LANES;
                import static java.nio.ByteOrder.LITTLE_ENDIAN;
                {operators}

                import io.baseload.engine.kernel.lanes.Lanes;
                import io.baseload.engine.tensor.PackedMatrix;
                import io.baseload.engine.tensor.Rows;
                import java.lang.foreign.MemorySegment;
                {vectors}

                /**
                 * 8-bit weights with SCALES times one row of x, w = d·q + m. A kernel reads each block's scales itself, right after the block's codes, so that memory is read in order: scales of many blocks that are
                 * converted beforehand break the streams. Written by src/build/GenerateKernels.java.
                 */
                public final class NAME {
                    /** Columns per loop, a divisor of a block's; a constant, because the compiler unrolls a loop of unknown length less well. */
                    private static final int COLUMNS = 16;

                    private NAME() {}

                    /**
                     * Adds the products of some blocks: a row of x times some vectors of weight rows, from {@code unit} on, to {@code y[(row · streams + stream) · L + lane]}.
                     *
                     * @param streams 8, 4, 2 or 1
                     * @param block the first block
                     * @param first the index in x of row 0
                     * @param row the row, counted from {@code first}
                     * @param sums for each row, from row 0 on, the sums of its blocks; used if there are minimums
                     */
                    public static void multiply(
                            PackedMatrix m, int unit, int streams, int block, int blocks, Rows x, int first, int row, float[] sums, float[] y) {
                        switch (m.packing().scales()) {
                            {cases}
                            default -> throw new IllegalArgumentException("no scales of 8-bit weights: " + m.packing());
                        }
                    }

                {kernels}
                }
                """.replace("NAME", name(scales)).replace("SCALES", scales.words()),
                Map.of(
                        "{cases}",
                        cases,
                        "{kernels}",
                        kernels,
                        "{lanes}",
                        lanes,
                        "{operators}",
                        operators,
                        "{vectors}",
                        vectors));
    }

    private static Stream<Format> formats(StoredScales scales) {
        return Stream.of(new Format(scales, false), new Format(scales, true));
    }

    private static String dispatch(Format format) {
        return GenerateKernels.fill(
                """
                    private static void NAME(
                            PackedMatrix m, int unit, int streams, int block, int blocks, Rows x, int first, int row, SUMSfloat[] y) {
                        switch (streams) {
                            {widths}
                            default -> throw new IllegalArgumentException(streams + " streams");
                        }
                    }
                """.replace("NAME", format.name()).replace("SUMS", format.sums("float[] ")),
                Map.of(
                        "{widths}",
                        Arrays.stream(STREAMS)
                                .mapToObj(streams ->
                                        "case %1$d -> %2$s%1$d(m, unit, block, blocks, x, first, row, %3$sy);"
                                                .formatted(streams, format.name(), format.sums("")))
                                .collect(Collectors.joining("\n"))));
    }

    private static String kernel(Format format, int streams) {
        return GenerateKernels.fill(
                """
                    private static void NAME(
                            PackedMatrix m, int unit, int block, int blocks, Rows rowsOfX, int first, int row, SUMSfloat[] y) {
                        MemorySegment w = m.data();
                        float[] x = rowsOfX.data();
                        long part = unit % PARTS * (long) L;
                        long p = m.codes(unit / PARTS, block) + part;
                        long q = m.scales(unit / PARTS, block) + part * TYPE.BYTES;
                        long stride = m.panelBytes();
                        {offsets}
                        {scale offsets}
                        int size = m.packing().block();
                        int gap = m.blockBytes() - size * LANES;
                        {sums}
                        int to = row * N * L;
                        int k = rowsOfX.at(first + row) + block * size;
                        FloatVector zero = FloatVector.zero(FLOATS);
                        for (int b = block; b < block + blocks; b++, p += gap, q += m.blockBytes()) {
                            {clear}
                            for (int end = k + size; k < end; k += COLUMNS, p += COLUMNS * LANES) {
                                for (int j = 0; j < COLUMNS; j++) {
                                    FloatVector f = FloatVector.broadcast(FLOATS, x[k + j]);
                                    {products}
                                }
                            }
                            {scales}
                            {minimums}
                            {add}
                        }
                    }
                """.replace("NAME", format.name() + streams)
                        .replace("SUMS", format.sums("float[] "))
                        .replace("TYPE", format.scales().type())
                        .replace("N * L", streams + " * L"),
                Map.of(
                        "{offsets}",
                        GenerateKernels.each(streams, "long o# = Lanes.offset(#, stride, Byte.BYTES);"),
                        "{scale offsets}",
                        GenerateKernels.each(
                                streams,
                                "long q# = Lanes.offset(#, stride, "
                                        + format.scales().type() + ".BYTES);"),
                        "{sums}",
                        format.minimums() ? "int s = row * m.blocks();" : "",
                        "{clear}",
                        GenerateKernels.each(streams, "FloatVector a# = zero;"),
                        "{products}",
                        GenerateKernels.each(streams, """
                            a# = ((FloatVector) ByteVector.fromMemorySegment(BYTES, w, p + j * (long) LANES + o#, LITTLE_ENDIAN).convertShape(B2F, FLOATS, 0)).fma(f, a#);\
                            """),
                        "{scales}",
                        GenerateKernels.each(streams, "FloatVector d# = " + format.read("q + q#") + ";"),
                        "{minimums}",
                        format.minimums()
                                ? "FloatVector sum = FloatVector.broadcast(FLOATS, sums[s + b]);\n"
                                        + GenerateKernels.each(
                                                streams,
                                                "FloatVector m# = "
                                                        + format.read("q + q# + LANES * "
                                                                + format.scales()
                                                                        .type() + ".BYTES")
                                                        + ";")
                                : "",
                        "{add}",
                        GenerateKernels.each(
                                streams,
                                format.minimums()
                                        ? "sum.fma(m#, a#.fma(d#, FloatVector.fromArray(FLOATS, y, to + # *"
                                                + " L))).intoArray(y, to + # * L);"
                                        : "a#.fma(d#, FloatVector.fromArray(FLOATS, y, to + # * L)).intoArray(y, to +"
                                                + " # * L);")));
    }

    private record Format(StoredScales scales, boolean minimums) {
        String constant() {
            return scales.constant() + (minimums ? "_MINIMUM" : "");
        }

        String name() {
            return minimums ? "minimumStreams" : "streams";
        }

        /** The parameter or argument with the sums of blocks, which only minimums need. */
        String sums(String type) {
            return minimums ? type + "sums, " : "";
        }

        String read(String at) {
            return scales.read("w", at);
        }
    }
}

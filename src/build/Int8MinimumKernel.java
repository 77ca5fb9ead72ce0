import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Minimums of blocks times sums of columns, for each format of minimums. */
final class Int8MinimumKernel {
    /** Streams whose minimums are added side by side, because each addition waits for the one before it. */
    private static final int[] STREAMS = {4, 2, 1};

    private Int8MinimumKernel() {}

    static String source() {
        String kernels = Arrays.stream(StoredScales.values())
                .flatMap(kind -> Arrays.stream(STREAMS).mapToObj(streams -> kernel(kind, streams)))
                .collect(Collectors.joining("\n"));
        String cases = Arrays.stream(StoredScales.values())
                .map(Int8MinimumKernel::cases)
                .collect(Collectors.joining());
        return GenerateKernels.fill("""
            package io.baseload.engine.kernel.generated;

            import static io.baseload.engine.kernel.lanes.Lanes.BYTES;
            import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
            import static io.baseload.engine.kernel.lanes.Lanes.INTS;
            import static io.baseload.engine.kernel.lanes.Lanes.L;
            import static io.baseload.engine.kernel.lanes.Lanes.PARTS;
            import static io.baseload.engine.kernel.lanes.Lanes.SHORTS;
            import static java.nio.ByteOrder.LITTLE_ENDIAN;
            import static jdk.incubator.vector.VectorOperators.B2F;
            import static jdk.incubator.vector.VectorOperators.LSHL;
            import static jdk.incubator.vector.VectorOperators.S2I;

            import io.baseload.engine.kernel.lanes.BlockScales;
            import io.baseload.engine.kernel.lanes.Int8Rows;
            import io.baseload.engine.kernel.lanes.Lanes;
            import io.baseload.engine.tensor.PackedMatrix;
            import java.lang.foreign.MemorySegment;
            import jdk.incubator.vector.ByteVector;
            import jdk.incubator.vector.FloatVector;
            import jdk.incubator.vector.IntVector;
            import jdk.incubator.vector.ShortVector;

            /** Minimums of blocks times the sums of a row's columns, to which the products of 8-bit kernels are added. Written by src/build/GenerateKernels.java. */
            public final class Int8Minimums {
                private Int8Minimums() {}

                /**
                 * Adds the products, block by block, to {@code y[(row · streams + stream) · L + lane]}.
                 *
                 * @param streams vectors of weight rows, from the beginning of a panel on
                 * @param block the first block
                 * @param scales those of these blocks
                 */
                public static void add(
                        PackedMatrix m, int streams, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y) {
                    for (int i = 0, n; i < streams; i += n) {
                        n = Math.min(4, Integer.highestOneBit(streams - i));
                        int to = (row * streams + i) * L;
                        switch (scales.kind()) {
                            {cases}
                            default -> throw new IllegalArgumentException("no minimums: " + scales.kind());
                        }
                    }
                }

            {kernels}
            }
            """, Map.of("{kernels}", kernels, "{cases}", cases));
    }

    private static String cases(StoredScales kind) {
        return GenerateKernels.fill(
                """
                case %s_MINIMUM -> {
                    switch (n) {
                        {widths}
                    }
                }
                """.formatted(kind.constant()),
                Map.of(
                        "{widths}",
                        Arrays.stream(STREAMS)
                                .mapToObj(streams -> "%s -> %s(m, i, block, blocks, scales, x, row, y, to);"
                                        .formatted(streams == 1 ? "default" : "case " + streams, name(kind, streams)))
                                .collect(Collectors.joining("\n"))));
    }

    private static String name(StoredScales kind, int streams) {
        return kind.lowerCase() + "Streams" + streams;
    }

    private static String kernel(StoredScales kind, int streams) {
        return GenerateKernels.fill(
                """
                    private static void NAME(
                            PackedMatrix m, int stream, int block, int blocks, BlockScales scales, Int8Rows x, int row, float[] y, int to) {
                        MemorySegment d = scales.data();
                        float[] sums = x.sums();
                        int groups = m.packing().block() / x.group();
                        int group = x.groupsAt(row) + block * groups;
                        long panelStep = scales.panelStep();
                        long q = scales.at() + Lanes.offset(stream, panelStep, TYPE.BYTES) + 16 * TYPE.BYTES;
                        {offsets}
                        {nested}
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
                """.replace("NAME", name(kind, streams)).replace("TYPE", kind.type()),
                Map.of(
                        "{offsets}",
                        GenerateKernels.each(
                                streams, "long q# = Lanes.offset(#, panelStep, " + kind.type() + ".BYTES);"),
                        "{nested}",
                        kind.nested("stream / PARTS * 4 + 2"),
                        "{totals}",
                        GenerateKernels.each(streams, "FloatVector t# = FloatVector.fromArray(FLOATS, y, to + # * L);"),
                        "{minimums}",
                        GenerateKernels.each(streams, "FloatVector m# = " + kind.read("q + q#") + ";"),
                        "{add}",
                        GenerateKernels.each(streams, "t# = factor.fma(m#, t#);"),
                        "{store}",
                        GenerateKernels.each(streams, "t#.intoArray(y, to + # * L);")));
    }
}

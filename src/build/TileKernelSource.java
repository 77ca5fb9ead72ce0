import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the register tile of F32: rows of x times vectors of w's columns. */
final class TileKernelSource {
    private static final int[][] ROWS_AND_VECTORS = {{12, 2}, {6, 2}, {3, 2}, {3, 4}};

    private TileKernelSource() {}

    static String source() {
        return GenerateKernels.fill(
                """
                package io.baseload.engine.kernel.generated;

                import static io.baseload.engine.kernel.lanes.Lanes.FLOATS;
                import static io.baseload.engine.kernel.lanes.Lanes.L;
                import static io.baseload.engine.kernel.lanes.Lanes.VECTOR;
                import static java.nio.ByteOrder.LITTLE_ENDIAN;

                import java.lang.foreign.MemorySegment;
                import jdk.incubator.vector.FloatVector;

                /**
                 * The register tile of prefill and attention: y += x·w for a few rows of x and a few vectors of w's columns, over {@code depth} rows of w that lie {@code stride}
                 * bytes apart. The sums stay in registers and each runs in order.
                 *
                 * <p>If there are fewer rows than the tile has, the last one is repeated: it is computed more than once, always with the same result. Written by
                 * src/build/GenerateKernels.java.
                 */
                public final class Tile {
                    private Tile() {}

                    /** Two vectors of columns and up to 12 rows; up to 6 with few registers. */
                    public static void any(
                            MemorySegment w, long at, long stride, int depth, float[] x, int xAt, int xStride, int rows, float[] y, int yAt, int yStride) {
                        if (rows > 6) {
                            rows12Vectors2(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
                        } else if (rows > 3) {
                            rows6Vectors2(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
                        } else {
                            rows3Vectors2(w, at, stride, depth, x, xAt, xStride, rows, y, yAt, yStride);
                        }
                    }

                {kernels}
                }
                """,
                Map.of(
                        "{kernels}",
                        Arrays.stream(ROWS_AND_VECTORS)
                                .map(shape -> kernel(shape[0], shape[1]))
                                .collect(Collectors.joining("\n"))));
    }

    private static String kernel(int rows, int vectors) {
        return GenerateKernels.fill(
                """
                    /** Up to R rows; N vectors of columns. */
                    VISIBLE static void rowsRVectorsN(
                            MemorySegment w, long at, long stride, int depth, float[] x, int xAt, int xStride, int rows, float[] y, int yAt, int yStride) {
                        int last = rows - 1;
                        {rows}
                        {load}
                        for (int k = 0; k < depth; k++) {
                            long p = at + k * stride;
                            {vectors}
                            {products}
                        }
                        {store}
                    }
                """.replace("VISIBLE", vectors == 4 ? "public" : "private")
                        .replace("rowsRVectorsN", "rows" + rows + "Vectors" + vectors)
                        .replace(" R rows", " " + rows + " rows")
                        .replace(" N vectors", " " + vectors + " vectors"),
                Map.of(
                        "{rows}",
                        GenerateKernels.each(
                                rows,
                                "int x# = xAt + Math.min(#, last) * xStride, y# = yAt + Math.min(#, last) * yStride;"),
                        "{load}",
                        GenerateKernels.eachOf(
                                rows, vectors, "FloatVector s@_# = FloatVector.fromArray(FLOATS, y, y@ + # * L);"),
                        "{vectors}",
                        GenerateKernels.each(
                                vectors,
                                "FloatVector w# = FloatVector.fromMemorySegment(FLOATS, w, p + # * VECTOR,"
                                        + " LITTLE_ENDIAN);"),
                        "{products}",
                        rowByRow(rows, vectors),
                        "{store}",
                        GenerateKernels.eachOf(rows, vectors, "s@_#.intoArray(y, y@ + # * L);")));
    }

    private static String rowByRow(int rows, int vectors) {
        return GenerateKernels.eachOf(
                rows,
                1,
                "FloatVector r@ = FloatVector.broadcast(FLOATS, x[x@ + k]);\n"
                        + GenerateKernels.each(vectors, "s@_# = w#.fma(r@, s@_#);"));
    }
}

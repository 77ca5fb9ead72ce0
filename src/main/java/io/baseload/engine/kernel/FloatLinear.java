package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.baseload.engine.kernel.tiles.TileParameters;
import io.baseload.engine.platform.MachineCode;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * A linear layer for decode rows and weights that aren't coded (F32, F16, BF16, F8_E4M3), in machine code: a few panels times one tile of rows after the other. One thread's memory for it.
 *
 * <p>The results are those of {@link DecodeLinear}, bit for bit, if weights and rows are finite, rows below 2^108, and the scales of F8_E4M3 numbers between 2^−97 and 2^28.
 */
final class FloatLinear {
    private record Variant(VectorInstructions set, Packing packing) {}

    /** All functions that a packing needs, {@code [rows − 1][panels − 1]}: written together, so that no later step waits for one. */
    private static final Map<Variant, MachineCode[][]> FUNCTIONS = new ConcurrentHashMap<>();

    private static final int LINE = 64;

    private final VectorInstructions set;
    private final MemorySegment parameters;

    /** Tiles of rows: for each unit of columns those of the first row, of the second, and so on. */
    private final MemorySegment tiles;

    /** Those of packings that have been used here. */
    private final Map<Packing, MachineCode[][]> functions = new HashMap<>();

    /** Rows of a tile, and columns, of those that were prepared last. */
    private int height;

    private int cols;

    /** @param tiles at least {@link #bytes} */
    FloatLinear(VectorInstructions set, MemorySegment tiles) {
        this.set = set;
        this.tiles = tiles;
        long results = (long) FloatCode.maxRows(set) * FloatCode.MAX_PANELS * LINE;
        parameters = Arena.ofAuto().allocate(FloatCode.RESULTS + results, LINE);
        for (int i = 0; i < LANES; i++) {
            parameters.set(JAVA_INT, FloatCode.FLOAT8_BITS + 4L * i, TileParameters.FLOAT8_MASK);
            parameters.set(JAVA_FLOAT, FloatCode.FLOAT8_SCALES + 4L * i, FloatCode.SCALES_BY);
        }
    }

    /** The memory for tiles of some rows. */
    static long bytes(int rows, int cols) {
        return (long) rows * Math.ceilDiv(cols, FloatCode.UNIT) * FloatCode.ROW_BYTES;
    }

    VectorInstructions set() {
        return set;
    }

    /** Stores rows {@code from … to} of x in tiles. */
    void prepare(PackedMatrix w, Rows x, int from, int to) {
        int rows = to - from;
        Objects.checkFromIndexSize(0, bytes(rows, w.cols()), tiles.byteSize());
        height = Math.ceilDiv(rows, Math.ceilDiv(rows, FloatCode.maxRows(set)));
        cols = w.cols();
        float factor = w.packing().codes() == Codes.F8_E4M3 ? FloatCode.ROWS_BY : 1;
        for (int row = 0; row < rows; row++) {
            int inTile = Math.min(height, rows - row / height * height);
            store(x.data(), x.at(from + row), factor, tile(row) + row % height * (long) FloatCode.ROW_BYTES, inTile);
        }
    }

    /** The address of the tile with a row. */
    private long tile(int row) {
        return bytes(row / height * height, cols);
    }

    private void store(float[] x, int from, float factor, long to, int rows) {
        for (int unit = 0; unit < cols; unit += FloatCode.UNIT) {
            long at = to + (long) unit * Float.BYTES * rows;
            int end = Math.min(FloatCode.UNIT, cols - unit);
            for (int i = 0; i < end; i++) {
                tiles.set(JAVA_FLOAT, at + 4L * i, x[from + unit + i] * factor);
            }
        }
    }

    /** Multiplies panels by the rows that were prepared last. */
    void multiply(PackedMatrix w, Rows y, int from, int to, int firstPanel, int endPanel) {
        check(w, from, to, firstPanel, endPanel);
        boolean scaled = !w.packing().codes().plain();
        int columns = scaled ? w.packing().block() : w.cols();
        parameters.set(JAVA_LONG, FloatCode.PANEL_BYTES, w.panelBytes());
        parameters.set(JAVA_LONG, FloatCode.BLOCKS, scaled ? w.blocks() : 1);
        parameters.set(JAVA_LONG, FloatCode.UNITS, columns / FloatCode.UNIT);
        parameters.set(JAVA_LONG, FloatCode.REST, columns % FloatCode.UNIT);
        MachineCode[][] all = functions(w.packing());
        int most = FloatCode.panels(set, w.packing().codes(), to - from);
        for (int panel = firstPanel, panels; panel < endPanel; panel += panels) {
            panels = Math.min(most, endPanel - panel);
            parameters.set(JAVA_LONG, FloatCode.PANEL, w.data().address() + panel * w.panelBytes());
            for (int row = 0, rows; row < to - from; row += rows) {
                rows = Math.min(height, to - from - row);
                parameters.set(JAVA_LONG, FloatCode.ROWS, tiles.address() + tile(row));
                all[rows - 1][panels - 1].call(parameters.address());
                y.store(
                        parameters,
                        FloatCode.RESULTS,
                        (long) panels * LINE,
                        from + row,
                        rows,
                        panel * LANES,
                        Math.min((panel + panels) * LANES, w.rows()));
            }
        }
    }

    /** Machine code checks nothing, so everything that it reads must exist. */
    private void check(PackedMatrix w, int from, int to, int firstPanel, int endPanel) {
        MachineCode.requireAlive(w.data(), "the weights");
        MachineCode.requireAlive(tiles, "the rows");
        if (cols != w.cols()) {
            throw new IllegalArgumentException("rows of %d columns for %d".formatted(cols, w.cols()));
        }
        Objects.checkFromIndexSize(0, bytes(to - from, cols), tiles.byteSize());
        Objects.checkFromToIndex(firstPanel, endPanel, w.panels());
        Objects.checkFromIndexSize(0, w.panels() * w.panelBytes(), w.data().byteSize());
    }

    private MachineCode[][] functions(Packing packing) {
        MachineCode[][] all = functions.get(packing);
        if (all == null) {
            all = FUNCTIONS.computeIfAbsent(new Variant(set, packing), FloatLinear::write);
            functions.put(packing, all);
        }
        return all;
    }

    private static MachineCode[][] write(Variant variant) {
        return IntStream.rangeClosed(1, FloatCode.maxRows(variant.set))
                .mapToObj(rows -> write(variant, rows))
                .toArray(MachineCode[][]::new);
    }

    private static MachineCode[] write(Variant variant, int rows) {
        return IntStream.rangeClosed(1, FloatCode.panels(variant.set, variant.packing.codes(), rows))
                .mapToObj(panels -> MachineCode.of(new FloatCode(variant.set, variant.packing, rows, panels).write()))
                .toArray(MachineCode[]::new);
    }
}

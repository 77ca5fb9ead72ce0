package io.baseload.engine.kernel;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kernel.tiles.TileParameters;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.kernel.tiles.UnpackedPanels;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A linear layer in the precision {@code fast} for rows of decode or of a prompt, by {@link TileKernel}: some panels, which stay in L2, times one tile of rows after the other. The definition is
 * {@link ScalarInt8}.
 */
final class TileLinear {
    /** Weights that several tiles of rows read after the first one. */
    private static final int SHARED_BYTES = 1 << 18;

    /** The same of unpacked weights. */
    private static final int UNPACKED_BYTES = 1 << 17;

    /** More arrays than a model's layers write to. Only tests have as many; theirs are forgotten. */
    private static final int MAX_RESULTS = 64;

    private static final long EDGE_ROW = (long) TileParameters.MAX_PANELS * LANES * Float.BYTES;

    private final VectorInstructions set;
    private final TileParameters parameters;

    /** Results of the last panels if they aren't full, because y has no room for the others. */
    private final MemorySegment edge = Arena.ofAuto().allocate(TileRows.MAX_ROWS * EDGE_ROW);

    /** The memory of arrays of results, so that it isn't an object of each call. */
    private final IdentityHashMap<float[], MemorySegment> results = new IdentityHashMap<>();

    private final MemorySegment room;
    private final UnpackedPanels unpacked;

    /** For each packing the kernels of 1, 2, … rows. */
    private final Map<Packing, TileKernel[]> kernels = new HashMap<>();

    /** The same for unpacked panels. */
    private final Map<Packing, TileKernel[]> unpackedKernels = new HashMap<>();

    /**
     * Memory for layers of some columns.
     *
     * @param cols the most columns of a matrix
     * @param room for unpacked panels, at least one of so many columns
     */
    TileLinear(VectorInstructions set, int cols, MemorySegment room) {
        this.set = set;
        this.parameters = new TileParameters(set, cols);
        this.room = room;
        this.unpacked = new UnpackedPanels(set, room);
    }

    VectorInstructions set() {
        return set;
    }

    /** Quantizes rows {@code from … to} of x; the first becomes row {@code first} of the tiles. */
    static void quantize(Rows x, int from, int to, TileRows tiles, int first, Int8Rows room) {
        for (int row = from; row < to; row++) {
            room.quantize(first + row - from, x.data(), x.at(row), tiles);
        }
    }

    /**
     * Multiplies.
     *
     * @param first row of x that belongs to row {@code from} of y
     */
    void multiply(PackedMatrix w, TileRows x, int first, Rows y, int from, int to, int firstPanel, int endPanel) {
        int rows = to - from;
        boolean unpacking = UnpackedPanels.pays(set, rows);
        TileKernel[] byRows = kernels(w.packing(), unpacking);
        int most = unpacking ? unpackedPanels(w) : panels(w, rows > x.height());
        MemorySegment output = memory(y.data());
        for (int panel = firstPanel, panels; panel < endPanel; panel += panels) {
            panels = Math.min(most, endPanel - panel);
            if (unpacking) {
                unpacked.unpack(w, panel, panels, parameters);
            }
            for (int row = 0, some; row < rows; row += some) {
                some = Math.min(x.height() - (first + row) % x.height(), rows - row);
                TileKernel kernel = byRows[some - 1];
                boolean full = (panel + panels) * LANES <= w.rows();
                if (full) {
                    long at = y.at(from + row) + (long) panel * LANES;
                    parameters.writeTo(output, Float.BYTES * at, Float.BYTES * (long) y.stride());
                } else {
                    parameters.writeTo(edge, 0, EDGE_ROW);
                }
                if (unpacking) {
                    kernel.multiply(unpacked, x, first + row, parameters);
                } else {
                    kernel.multiply(w, panel, panels, x, first + row, parameters);
                }
                if (!full) {
                    y.store(edge, 0, EDGE_ROW, from + row, some, panel * LANES, w.rows());
                }
            }
        }
    }

    private TileKernel[] kernels(Packing packing, boolean unpacking) {
        Map<Packing, TileKernel[]> known = unpacking ? unpackedKernels : kernels;
        TileKernel[] all = known.get(packing);
        if (all == null) {
            all = IntStream.rangeClosed(1, TileKernel.maxRows(set, TileForm.of(set, packing)))
                    .mapToObj(rows -> TileKernel.of(set, packing, unpacking, rows))
                    .toArray(TileKernel[]::new);
            known.put(packing, all);
        }
        return all;
    }

    /** As many as stay in L2 beside the rows, but two if there is room: with one the rows, which are read again for each pass, would be read twice as often. */
    private int unpackedPanels(PackedMatrix w) {
        long panel = UnpackedPanels.panelBytes(w);
        long bytes = Math.min(Math.max(UNPACKED_BYTES, 2 * panel), room.byteSize());
        return Math.toIntExact(Math.clamp(bytes / panel, 1, TileParameters.MAX_PANELS));
    }

    private static int panels(PackedMatrix w, boolean shared) {
        return shared
                ? Math.toIntExact(Math.clamp(SHARED_BYTES / w.panelBytes(), 1, TileParameters.MAX_PANELS))
                : TileParameters.MAX_PANELS;
    }

    private MemorySegment memory(float[] array) {
        MemorySegment memory = results.get(array);
        if (memory == null) {
            if (results.size() == MAX_RESULTS) {
                results.clear();
            }
            memory = MemorySegment.ofArray(array);
            results.put(array, memory);
        }
        return memory;
    }
}

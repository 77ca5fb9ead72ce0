package io.baseload.engine.kernel.tiles;

import io.baseload.engine.platform.MachineCode;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Some panels of a matrix, unpacked for many rows: weights as bytes, in the order in which a {@link TileKernel} multiplies them, and scales in F32.
 *
 * <p>Without dot products a tile has so few rows that taking the weights apart again for each tile takes up to a fifth of the time.
 *
 * <p>For each eight columns there are of each row four bytes of even columns, and then of each row four of odd ones; after the columns of a block its scales and minimums.
 */
public final class UnpackedPanels {
    /** Rows from which on unpacking takes less time than it saves. */
    private static final int MIN_ROWS = 24;

    private record Variant(VectorInstructions set, Packing packing) {}

    private static final Map<Variant, MachineCode> FUNCTIONS = new ConcurrentHashMap<>();

    private final VectorInstructions set;
    private final MemorySegment memory;

    /** Those that have been used here. */
    private final Map<Packing, MachineCode> functions = new HashMap<>();

    private @Nullable PackedMatrix matrix;
    private int panels;

    /** @param memory for at least one panel, as computed by {@link #panelBytes} */
    public UnpackedPanels(VectorInstructions set, MemorySegment memory) {
        this.set = set;
        this.memory = memory;
    }

    /** Whether weights are unpacked for some rows. */
    public static boolean pays(VectorInstructions set, int rows) {
        return !set.dotProducts() && rows >= MIN_ROWS;
    }

    /** Bytes of a panel. */
    public static long panelBytes(PackedMatrix w) {
        return (long) w.blocks() * PanelLayout.unpackedBytes(w.packing());
    }

    /** Unpacks panels, at most {@link TileParameters#MAX_PANELS}. */
    public void unpack(PackedMatrix w, int panel, int count, TileParameters parameters) {
        parameters.set(w, panel, count, memory);
        function(w.packing()).call(parameters.address());
        matrix = w;
        panels = count;
    }

    private MachineCode function(Packing packing) {
        MachineCode function = functions.get(packing);
        if (function == null) {
            function = FUNCTIONS.computeIfAbsent(
                    new Variant(set, packing),
                    variant -> MachineCode.of(new UnpackCode(variant.set, variant.packing).write()));
            functions.put(packing, function);
        }
        return function;
    }

    /** The matrix of the panels that were unpacked last. */
    PackedMatrix matrix() {
        return Objects.requireNonNull(matrix);
    }

    int panels() {
        return panels;
    }

    MemorySegment memory() {
        return memory;
    }

    long bytes() {
        return panels * panelBytes(matrix());
    }
}

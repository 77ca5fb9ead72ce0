package io.baseload.engine.kernel;

import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import org.jspecify.annotations.Nullable;

/** The form in which kernels read the rows of a prompt. */
public enum PromptForm {
    /** As they are, in F32. */
    PLAIN,
    /** In 8 bits for {@link io.baseload.engine.kernel.tiles.TileKernel}, in groups of 32 columns: the same numbers as in decode. */
    TILES,
    /** The same in groups of 16 columns. */
    SMALL_TILES,
    /** As {@link #TILES}, for sums in 16 bits ({@link TileForm#SHORT_SUMS}). */
    SHORT_SUMS,
    /** The same in groups of 16 columns. */
    SMALL_SHORT_SUMS,
    /** As {@link #SHORT_SUMS}, with codes that aren't too large ({@link TileForm#LIMITED}). */
    LIMITED,
    /** The same in groups of 16 columns. */
    SMALL_LIMITED,
    /** As {@link #TILES}, split into magnitudes and signs ({@link TileForm#MAGNITUDES}). */
    MAGNITUDES,
    /** The same in groups of 16 columns. */
    SMALL_MAGNITUDES,
    /** In BF16 ({@link Bf16Format}). */
    BF16;

    /** The most bytes of an element of tiles: for each group of 16 columns there are five numbers in addition to the codes. */
    private static final int TILE_BYTES = 3;

    /** The same with signs beside magnitudes. */
    private static final int MAGNITUDE_BYTES = 4;

    /**
     * The form for some weights. Matrix units (AMX), which multiply BF16, are faster than machine code.
     *
     * @param bf16 how BF16 is multiplied; null if it isn't
     * @param tiles the machine code's instructions; null if there are none
     */
    static PromptForm of(PackedMatrix w, @Nullable Bf16Format bf16, @Nullable VectorInstructions tiles) {
        if (bf16 != null && bf16.takes(w)) {
            return BF16;
        }
        return tiles != null && TileKernel.takes(w.packing()) ? tiles(w.packing(), tiles) : PLAIN;
    }

    /** The tiles for weights. */
    static PromptForm tiles(Packing packing, VectorInstructions set) {
        boolean small = TileKernel.group(packing) < TileRows.MAX_GROUP;
        return switch (TileForm.of(set, packing)) {
            case SIGNED -> small ? SMALL_TILES : TILES;
            case SHORT_SUMS -> small ? SMALL_SHORT_SUMS : SHORT_SUMS;
            case LIMITED -> small ? SMALL_LIMITED : LIMITED;
            case MAGNITUDES -> small ? SMALL_MAGNITUDES : MAGNITUDES;
        };
    }

    boolean tiles() {
        return this != PLAIN && this != BF16;
    }

    /** Columns of a group of tiles. */
    int columns() {
        return switch (this) {
            case TILES, SHORT_SUMS, LIMITED, MAGNITUDES -> TileRows.MAX_GROUP;
            default -> TileRows.MIN_GROUP;
        };
    }

    /** What the tiles contain. */
    TileForm tileForm() {
        return switch (this) {
            case MAGNITUDES, SMALL_MAGNITUDES -> TileForm.MAGNITUDES;
            case SHORT_SUMS, SMALL_SHORT_SUMS -> TileForm.SHORT_SUMS;
            case LIMITED, SMALL_LIMITED -> TileForm.LIMITED;
            default -> TileForm.SIGNED;
        };
    }

    /** Bytes of an element of {@link PromptRows} in these forms. Both occur in a model: matrices that one doesn't take are multiplied in the other. */
    static int bytes(@Nullable Bf16Format bf16, @Nullable VectorInstructions tiles) {
        return Math.max(bf16 != null ? bf16.bytes() : 0, tiles != null ? bytes(tiles) : 0);
    }

    /** Bytes of an element of tiles, whatever they contain. */
    static int bytes(VectorInstructions tiles) {
        return tiles.dotProducts() ? TILE_BYTES : MAGNITUDE_BYTES;
    }
}

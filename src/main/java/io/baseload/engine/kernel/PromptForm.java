package io.baseload.engine.kernel;

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
    /** In BF16 ({@link Bf16Format}). */
    BF16;

    /** Tiles have four numbers for each group in addition to the codes. */
    static final int TILE_BYTES = 2;

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
        return tiles != null && TileKernel.takes(w.packing()) ? tiles(w.packing()) : PLAIN;
    }

    /** The tiles for weights. */
    static PromptForm tiles(Packing packing) {
        return TileKernel.group(packing) == TileRows.MAX_GROUP ? TILES : SMALL_TILES;
    }

    boolean tiles() {
        return this == TILES || this == SMALL_TILES;
    }

    /** Bytes of an element of {@link PromptRows} in these forms. */
    static int bytes(@Nullable Bf16Format bf16, @Nullable VectorInstructions tiles) {
        if (bf16 != null) {
            return bf16.bytes();
        }
        return tiles != null ? TILE_BYTES : 0;
    }
}

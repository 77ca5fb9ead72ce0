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
    /** In 8 bits ({@link PromptFormat}) or in BF16 ({@link Bf16Format}) for oneDNN. */
    LIBRARY;

    /** Tiles have three numbers for each group in addition to the codes. */
    static final int TILE_BYTES = 2;

    /**
     * The form for some weights. Matrix units (AMX), which multiply BF16, are faster than machine code, and that is faster and more accurate than the library's integers.
     *
     * @param bf16 how the library multiplies in BF16; null if it doesn't
     * @param integers whether it multiplies integers
     * @param tiles the machine code's instructions; null if there are none
     */
    static PromptForm of(
            PackedMatrix w, @Nullable Bf16Format bf16, boolean integers, @Nullable VectorInstructions tiles) {
        if (bf16 != null && bf16.takes(w)) {
            return LIBRARY;
        }
        if (tiles != null && TileKernel.takes(w.packing())) {
            return tiles(w.packing());
        }
        boolean library =
                bf16 == null && integers && PromptFormat.MACHINE.orElseThrow().takes(w);
        return library ? LIBRARY : PLAIN;
    }

    /** The tiles for weights. */
    static PromptForm tiles(Packing packing) {
        return TileKernel.group(packing) == TileRows.MAX_GROUP ? TILES : SMALL_TILES;
    }

    boolean tiles() {
        return this == TILES || this == SMALL_TILES;
    }

    /** Bytes of an element of {@link PromptRows} in these forms. */
    static int bytes(@Nullable Bf16Format bf16, boolean integers, @Nullable VectorInstructions tiles) {
        if (bf16 != null) {
            return bf16.bytes();
        }
        return tiles != null ? TILE_BYTES : integers ? Byte.BYTES : 0;
    }
}

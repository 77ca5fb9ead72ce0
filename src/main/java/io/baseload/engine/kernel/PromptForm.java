package io.baseload.engine.kernel;

import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.Set;
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

    /** {@link Kernels#promptBytes} with these instructions. BF16 and tiles occur in one model: matrices that aren't multiplied in one form are in the other. */
    static long bytes(
            Set<Packing> packings, long elements, @Nullable Bf16Format bf16, @Nullable VectorInstructions tiles) {
        int most = 0;
        for (Packing packing : packings) {
            if (bf16 != null && bf16.takes(packing)) {
                most = Math.max(most, bf16.bytes() * TileRows.MAX_GROUP);
            }
            if (tiles != null && TileKernel.takes(packing)) {
                most = Math.max(most, tiles(packing, tiles).tileBytes());
            }
        }
        return Math.ceilDiv(elements, TileRows.MAX_GROUP) * most;
    }

    /** Bytes of {@link TileRows#MAX_GROUP} columns of a row in tiles. */
    private int tileBytes() {
        return TileRows.MAX_GROUP / columns() * TileRows.groupBytes(columns(), tileForm());
    }
}

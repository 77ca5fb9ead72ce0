package io.baseload.engine.kernel;

import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileKernel;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The form in which kernels read the rows of a prompt. Tiles have groups of 32 columns, small tiles groups of 16. */
public enum PromptForm {
    /** As they are, in F32. */
    PLAIN(null, 0),
    /** In BF16 ({@link Bf16Format}). */
    BF16(null, 0),
    /** In integers of 16 bits ({@link Int16Format}). */
    INT16(null, 0),
    /** In 8 bits for {@link io.baseload.engine.kernel.tiles.TileKernel}: the same numbers as in decode. */
    TILES(TileForm.SIGNED, TileRows.MAX_GROUP),
    SMALL_TILES(TileForm.SIGNED, TileRows.MIN_GROUP),
    SHORT_SUMS(TileForm.SHORT_SUMS, TileRows.MAX_GROUP),
    SMALL_SHORT_SUMS(TileForm.SHORT_SUMS, TileRows.MIN_GROUP),
    LIMITED(TileForm.LIMITED, TileRows.MAX_GROUP),
    SMALL_LIMITED(TileForm.LIMITED, TileRows.MIN_GROUP),
    MAGNITUDES(TileForm.MAGNITUDES, TileRows.MAX_GROUP),
    SMALL_MAGNITUDES(TileForm.MAGNITUDES, TileRows.MIN_GROUP);

    private static final PromptForm[] ALL = values();

    private final @Nullable TileForm tileForm;
    private final int columns;

    PromptForm(@Nullable TileForm tileForm, int columns) {
        this.tileForm = tileForm;
        this.columns = columns;
    }

    /**
     * The form for some weights. Matrix units (AMX), which multiply BF16, are faster than machine code.
     *
     * @param wide how numbers of 16 bits are multiplied; null if they aren't
     * @param tiles the machine code's instructions; null if there are none
     */
    static PromptForm of(PackedMatrix w, @Nullable WideFormat wide, @Nullable VectorInstructions tiles) {
        if (wide != null && wide.takes(w)) {
            return wide.form();
        }
        return tiles != null && TileKernel.takes(w.packing()) ? tiles(w.packing(), tiles) : PLAIN;
    }

    /** The tiles for weights. */
    static PromptForm tiles(Packing packing, VectorInstructions set) {
        TileForm form = TileForm.of(set, packing);
        int columns = TileKernel.group(packing) < TileRows.MAX_GROUP ? TileRows.MIN_GROUP : TileRows.MAX_GROUP;
        for (PromptForm tiles : ALL) {
            if (tiles.tileForm == form && tiles.columns == columns) {
                return tiles;
            }
        }
        throw new IllegalStateException("no form for " + form + " in groups of " + columns);
    }

    boolean tiles() {
        return tileForm != null;
    }

    /** Columns of a group of tiles. */
    int columns() {
        return columns;
    }

    /** What the tiles contain. */
    TileForm tileForm() {
        return Objects.requireNonNull(tileForm);
    }

    /** {@link Kernels#promptBytes} with these instructions. Both forms occur in one model: matrices that aren't multiplied in one are in the other. */
    static long bytes(
            Set<Packing> packings, long elements, @Nullable WideFormat wide, @Nullable VectorInstructions tiles) {
        int most = 0;
        for (Packing packing : packings) {
            if (wide != null && wide.takes(packing)) {
                most = Math.max(most, wide.groupBytes());
            }
            if (tiles != null && TileKernel.takes(packing)) {
                most = Math.max(most, tiles(packing, tiles).tileBytes());
            }
        }
        return Math.ceilDiv(elements, TileRows.MAX_GROUP) * most;
    }

    /** Bytes of {@link TileRows#MAX_GROUP} columns of a row in tiles. */
    private int tileBytes() {
        return TileRows.MAX_GROUP / columns * TileRows.groupBytes(columns, tileForm());
    }
}

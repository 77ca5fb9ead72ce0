package io.baseload.engine.quant;

import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.IndexRange;
import io.baseload.engine.tensor.MatrixSlice;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import java.lang.foreign.MemorySegment;

/**
 * Cuts parts out of packed matrices. Codes are copied unchanged, so a part gives the same results as the whole. Two things can't be copied: nested scales that are cut, which become F32
 * scales with the same values ({@link #unnested}); and blocks that are cut, whose weights become F32.
 */
public final class PanelSlices {
    private PanelSlices() {}

    /** The packing without nested scales: F32 instead of nested ones, others unchanged. */
    public static Packing unnested(Packing packing) {
        if (!packing.scales().nested()) {
            return packing;
        }
        Scales plain = packing.scales().minimum() ? Scales.F32_MINIMUM : Scales.F32;
        return new Packing(packing.codes(), packing.block(), plain);
    }

    /**
     * Copies panels of a part.
     *
     * @param to the part, with the slice's size
     * @param first of its panels
     */
    public static void copy(PackedMatrix from, MatrixSlice slice, PackedMatrix to, int first, int end) {
        for (int panel = first; panel < end; panel++) {
            if (slice.packing().equals(from.packing())) {
                copy(from, slice, to, panel);
            } else if (slice.packing().equals(unnested(from.packing()))) {
                copyCodes(from, slice, to, panel);
                widenScales(from, slice, to, panel);
            } else {
                widen(from, slice, to, panel);
            }
        }
    }

    private static void copy(PackedMatrix from, MatrixSlice slice, PackedMatrix to, int panel) {
        if (slice.rows().from() % LANES == 0 && copyWhole(from, slice, to, panel)) {
            return;
        }
        copyCodes(from, slice, to, panel);
        Scales scales = from.packing().scales();
        if (scales == Scales.NONE) {
            return;
        }
        int parts = scales.minimum() ? 2 : 1;
        int unit = scales.bytes() / parts;
        for (Pieces at = new Pieces(from, slice); at.more(); at.next()) {
            lanes(from, slice, to, panel, at, parts, unit, (matrix, p, block) -> matrix.scales(p, block));
            if (scales.nested() && at.target % PackedMatrix.NESTED_BLOCKS == 0) {
                long source = from.nested(slice.rows().from() / LANES + panel, at.source);
                MemorySegment.copy(from.data(), source, to.data(), to.nested(panel, at.target), scales.nestedBytes());
            }
        }
    }

    /** Copies a panel, or ranges of it, at once, if the part has the same layout as the whole. */
    private static boolean copyWhole(PackedMatrix from, MatrixSlice slice, PackedMatrix to, int panel) {
        int source = slice.rows().from() / LANES + panel;
        if (slice.width() == from.cols() && slice.cols().size() == 1) {
            MemorySegment.copy(
                    from.data(), source * from.panelBytes(), to.data(), panel * to.panelBytes(), from.panelBytes());
            return true;
        }
        if (from.packing().scales().nested()) {
            return false;
        }
        int block = from.packing().block();
        int target = 0;
        for (IndexRange piece : slice.cols()) {
            long bytes = (long) piece.size() / block * from.blockBytes();
            long at = from.codes(source, piece.from() / block);
            MemorySegment.copy(from.data(), at, to.data(), to.codes(panel, target), bytes);
            target += piece.size() / block;
        }
        return true;
    }

    private static void copyCodes(PackedMatrix from, MatrixSlice slice, PackedMatrix to, int panel) {
        Codes codes = from.packing().codes();
        int unit = codes.bits() == 4 ? Integer.BYTES : codes.bits() / Byte.SIZE;
        int groups = from.packing().block() * codes.bits() / Byte.SIZE / unit;
        for (Pieces at = new Pieces(from, slice); at.more(); at.next()) {
            lanes(from, slice, to, panel, at, groups, unit, (matrix, p, block) -> matrix.codes(p, block));
        }
    }

    /** Offset of a block's codes or scales. */
    private interface BlockOffset {
        long of(PackedMatrix matrix, int panel, int block);
    }

    /** Copies groups of 16 numbers of {@code unit} bytes, one for each lane. */
    private static void lanes(
            PackedMatrix from,
            MatrixSlice slice,
            PackedMatrix to,
            int panel,
            Pieces at,
            int groups,
            int unit,
            BlockOffset offset) {
        long target = offset.of(to, panel, at.target);
        int row = slice.rows().from() + panel * LANES;
        if (row % LANES == 0) {
            long source = offset.of(from, row / LANES, at.source);
            MemorySegment.copy(from.data(), source, to.data(), target, (long) groups * LANES * unit);
            return;
        }
        for (int lane = 0; lane < Math.min(LANES, slice.rows().size() - panel * LANES); lane++) {
            long source = offset.of(from, (row + lane) / LANES, at.source);
            for (int group = 0; group < groups; group++) {
                long skip = (long) group * LANES * unit;
                long own = source + skip + (long) (row + lane) % LANES * unit;
                MemorySegment.copy(from.data(), own, to.data(), target + skip + (long) lane * unit, unit);
            }
        }
    }

    private static void widenScales(PackedMatrix from, MatrixSlice slice, PackedMatrix to, int panel) {
        int row = slice.rows().from() + panel * LANES;
        for (Pieces at = new Pieces(from, slice); at.more(); at.next()) {
            long target = to.scales(panel, at.target);
            for (int lane = 0; lane < Math.min(LANES, slice.rows().size() - panel * LANES); lane++) {
                int source = (row + lane) / LANES;
                int own = (row + lane) % LANES;
                to.data().set(Little.FLOAT, target + 4L * lane, ScalePanels.scale(from, source, at.source, own));
                if (from.packing().scales().minimum()) {
                    float minimum = ScalePanels.minimum(from, source, at.source, own);
                    to.data().set(Little.FLOAT, target + 4L * (LANES + lane), minimum);
                }
            }
        }
    }

    private static void widen(PackedMatrix from, MatrixSlice slice, PackedMatrix to, int panel) {
        if (!to.packing().equals(Packing.F32)) {
            throw new IllegalArgumentException("no " + to.packing() + " of " + from.packing());
        }
        float[] row = new float[from.cols()];
        for (int lane = 0; lane < Math.min(LANES, slice.rows().size() - panel * LANES); lane++) {
            Panels.unpackRow(from, slice.rows().from() + panel * LANES + lane, row, 0);
            int column = 0;
            for (IndexRange piece : slice.cols()) {
                for (int i = piece.from(); i < piece.to(); i++) {
                    to.data().set(Little.FLOAT, to.codes(panel, column++) + 4L * lane, row[i]);
                }
            }
        }
    }

    /** Iterates over the blocks of all column ranges of a slice. */
    private static final class Pieces {
        private final MatrixSlice slice;
        private final int block;
        private int piece;
        private int end;

        /** The block's number in the whole. */
        int source;

        /** The block's number in the part. */
        int target;

        Pieces(PackedMatrix from, MatrixSlice slice) {
            this.slice = slice;
            this.block = from.packing().block();
            begin();
        }

        private void begin() {
            IndexRange cols = slice.cols().get(piece);
            if (cols.from() % block != 0 || cols.size() % block != 0) {
                throw new IllegalArgumentException(
                        "columns " + cols + " are not a multiple of the block size " + block);
            }
            source = cols.from() / block;
            end = cols.to() / block;
        }

        boolean more() {
            return source < end;
        }

        void next() {
            source++;
            target++;
            if (source == end && piece + 1 < slice.cols().size()) {
                piece++;
                begin();
            }
        }
    }
}

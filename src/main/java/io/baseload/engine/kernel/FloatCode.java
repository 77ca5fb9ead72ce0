package io.baseload.engine.kernel;

import static io.baseload.engine.platform.Assembler.Integer64.R10;
import static io.baseload.engine.platform.Assembler.Integer64.R8;
import static io.baseload.engine.platform.Assembler.Integer64.R9;
import static io.baseload.engine.platform.Assembler.Integer64.RAX;
import static io.baseload.engine.platform.Assembler.Integer64.RCX;
import static io.baseload.engine.platform.Assembler.Integer64.RDI;
import static io.baseload.engine.platform.Assembler.Integer64.RDX;
import static io.baseload.engine.platform.Assembler.Integer64.RSI;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Assembler.broadcast;
import static io.baseload.engine.platform.Instruction.VCVTPH2PS;
import static io.baseload.engine.platform.Instruction.VFMADD231PS;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VMULPS;
import static io.baseload.engine.platform.Instruction.VPAND;
import static io.baseload.engine.platform.Instruction.VPBROADCASTD;
import static io.baseload.engine.platform.Instruction.VPMOVSXBD;
import static io.baseload.engine.platform.Instruction.VPMOVZXWD;
import static io.baseload.engine.platform.Instruction.VPXOR;
import static io.baseload.engine.tensor.PackedMatrix.LANES;

import io.baseload.engine.kernel.tiles.TileParameters;
import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Integer64;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.Prefetch;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.Packing;
import java.util.stream.IntStream;

/**
 * Writes the machine code of a {@link FloatLinear}: some panels of weights that aren't coded times some rows. Each panel is read from its beginning to its end; weights are widened in registers, where the sums of all rows and panels stay as well.
 *
 * <p>A sum runs in the order of the columns, so each multiply-add waits for the one before. Several panels at once are therefore faster where a column has few bytes.
 *
 * <p>The bits of an F8_E4M3 number, shifted to those of a float, are 2^−120 of it. Scales times {@link #SCALES_BY} and rows times {@link #ROWS_BY} make up for that, without an instruction for each weight and with the same rounding.
 */
final class FloatCode {
    /** Address of the first panel, and bytes from one to the next. */
    static final int PANEL = 0;

    static final int PANEL_BYTES = 8;

    /** Address of the rows. */
    static final int ROWS = 16;

    /** Parts of a panel that have scales of their own, or one; the whole units of columns of each, and the columns after these. */
    static final int BLOCKS = 24;

    static final int UNITS = 32;
    static final int REST = 40;

    private static final int LINE = 64;

    /** A vector of the bits of a float that an F8_E4M3 number has, and one of {@link #SCALES_BY}. */
    static final int FLOAT8_BITS = LINE;

    static final int FLOAT8_SCALES = 2 * LINE;

    /** Results, {@code [row][panel][16]}. */
    static final int RESULTS = 3 * LINE;

    /** Columns that are multiplied without a jump. */
    static final int UNIT = 16;

    /** Bytes of a row in a unit. */
    static final int ROW_BYTES = UNIT * Float.BYTES;

    /** The most panels at once. */
    static final int MAX_PANELS = 4;

    static final float SCALES_BY = 0x1p100f;
    static final float ROWS_BY = 0x1p20f;

    private static final int BF16_SHIFT = 16;

    private static final Integer64[] PANELS = {RAX, RCX, RDX, RSI};
    private static final Integer64 X = R8;
    private static final Integer64 LEFT = R9;
    private static final Integer64 BLOCKS_LEFT = R10;

    private final Packing packing;
    private final int rows;
    private final int panels;

    /** Bytes of a vector, and vectors of a panel. */
    private final int width;

    private final int parts;

    /** Bytes of a column of a panel. */
    private final int columnBytes;

    private final boolean broadcasts;
    private final Assembler code;
    private int used;

    /** {@code [row · panels · parts + panel · parts + part]}. */
    private final Vector[] sums;

    /** {@code [panel · parts + part]}, as scales are. */
    private final Vector[] weights;

    private final Vector[] scales;
    private final Vector number;

    FloatCode(VectorInstructions set, Packing packing, int rows, int panels) {
        this.packing = packing;
        this.rows = rows;
        this.panels = panels;
        width = set.bits() / Byte.SIZE;
        parts = LINE / width;
        columnBytes = LANES * packing.codes().bits() / Byte.SIZE;
        broadcasts = set.bits() == 512;
        code = new Assembler(set.bits());
        sums = vectors(rows * panels * parts);
        weights = vectors(panels * parts);
        scales = vectors(scaled() ? panels * parts : 0);
        number = new Vector(used++);
        if (used > set.registers()) {
            throw new IllegalArgumentException(rows + " rows of " + panels + " panels need " + used + " registers");
        }
    }

    private Vector[] vectors(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Vector(used++)).toArray(Vector[]::new);
    }

    /** The most rows at once. */
    static int maxRows(VectorInstructions set) {
        return set.bits() == 512 ? 12 : 5;
    }

    /** Panels at once. */
    static int panels(VectorInstructions set, Codes codes, int rows) {
        if (rows > 1) {
            return set.bits() == 512 ? 2 : 1;
        }
        return set.bits() == 512 && codes != Codes.F32 ? 4 : 2;
    }

    /** Whether weights are requested ahead: those with scales always, whose arithmetic takes so long that no processor reads ahead far enough by itself. */
    private boolean requests() {
        return scaled() || rows >= Prefetch.MIN_ROWS;
    }

    private boolean scaled() {
        return packing.codes() == Codes.F8_E4M3;
    }

    byte[] write() {
        code.load(PANELS[0], at(RDI, PANEL));
        for (int panel = 1; panel < panels; panel++) {
            code.address(PANELS[panel], at(PANELS[panel - 1], 0));
            code.add(PANELS[panel], at(RDI, PANEL_BYTES));
        }
        code.load(X, at(RDI, ROWS));
        for (Vector sum : sums) {
            code.vector(VPXOR, sum, sum, sum);
        }
        code.load(BLOCKS_LEFT, at(RDI, BLOCKS));
        int block = code.position();
        for (int i = 0; i < scales.length; i++) {
            code.vector(VMOVUPS, scales[i], at(PANELS[i / parts], packing.codeBytes() + i % parts * width));
            code.vector(VMULPS, scales[i], scales[i], at(RDI, FLOAT8_SCALES));
        }
        columns(UNITS, UNIT, rows * ROW_BYTES);
        if (scaled()) {
            advance(packing.scaleBytes());
            code.loop(BLOCKS_LEFT, block);
        } else {
            columns(REST, 1, Float.BYTES);
        }
        for (int i = 0; i < sums.length; i++) {
            code.store(at(RDI, RESULTS + i * width), sums[i]);
        }
        code.returns();
        return code.code();
    }

    /** A loop over some columns at a time. */
    private void columns(int counter, int some, int rowBytes) {
        code.load(LEFT, at(RDI, counter));
        int none = code.jumpIfZero(LEFT);
        int first = code.position();
        for (int column = 0; column < some; column++) {
            for (int i = 0; i < weights.length; i++) {
                weight(weights[i], i, PANELS[i / parts], column);
            }
            for (int row = 0; row < rows; row++) {
                multiply(row, row * ROW_BYTES + column * Float.BYTES);
            }
        }
        advance(some * columnBytes);
        code.add(X, rowBytes);
        code.loop(LEFT, first);
        code.land(none);
    }

    private void advance(int bytes) {
        for (int panel = 0; panel < panels; panel++) {
            code.add(PANELS[panel], bytes);
        }
    }

    /** A column's weights in a part of a panel as floats. */
    private void weight(Vector to, int i, Integer64 panel, int column) {
        int at = column * columnBytes + i % parts * columnBytes / parts;
        if (requests() && at % LINE == 0) {
            code.prefetch(at(panel, at + Prefetch.BYTES_AHEAD));
        }
        switch (packing.codes()) {
            case F32 -> code.vector(VMOVUPS, to, at(panel, at));
            case F16 -> code.vector(VCVTPH2PS, to, at(panel, at));
            case BF16 -> {
                code.vector(VPMOVZXWD, to, at(panel, at));
                code.shiftLeft(to, to, BF16_SHIFT);
            }
            case F8_E4M3 -> {
                code.vector(VPMOVSXBD, to, at(panel, at));
                code.shiftLeft(to, to, TileParameters.FLOAT8_SHIFT);
                code.vector(VPAND, to, to, at(RDI, FLOAT8_BITS));
                code.vector(VMULPS, to, to, scales[i]);
            }
            default -> throw new IllegalArgumentException(packing + " has kernels for codes");
        }
    }

    private void multiply(int row, int at) {
        if (!broadcasts) {
            code.vector(VPBROADCASTD, number, at(X, at));
        }
        for (int i = 0; i < weights.length; i++) {
            Vector sum = sums[row * weights.length + i];
            if (broadcasts) {
                code.vector(VFMADD231PS, sum, weights[i], broadcast(X, at));
            } else {
                code.vector(VFMADD231PS, sum, weights[i], number);
            }
        }
    }
}

package io.baseload.engine.kernel;

import static io.baseload.engine.platform.Assembler.Integer64.R10;
import static io.baseload.engine.platform.Assembler.Integer64.R11;
import static io.baseload.engine.platform.Assembler.Integer64.R8;
import static io.baseload.engine.platform.Assembler.Integer64.R9;
import static io.baseload.engine.platform.Assembler.Integer64.RAX;
import static io.baseload.engine.platform.Assembler.Integer64.RCX;
import static io.baseload.engine.platform.Assembler.Integer64.RDI;
import static io.baseload.engine.platform.Assembler.Integer64.RDX;
import static io.baseload.engine.platform.Assembler.Integer64.RSI;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Assembler.broadcast;
import static io.baseload.engine.platform.Instruction.VCVTDQ2PS;
import static io.baseload.engine.platform.Instruction.VFMADD231PS;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VMULPS;
import static io.baseload.engine.platform.Instruction.VPDPWSSD;
import static io.baseload.engine.platform.Instruction.VPXOR;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.MachineCode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * Writes the machine code that multiplies panels of 16 outputs by some rows, both converted as {@link Int16Format} defines it, with vectors of 512 bits. Sums and totals of all rows are in registers:
 *
 * <pre>
 * for each panel
 *   for each group of 64 columns
 *     for each two columns: a vector of the weights' pairs, times each row's pair, added to the row's sums
 *     for each row: total += step · sum
 *   result = scale · total
 * </pre>
 */
final class Int16Code {
    /** The most rows that are multiplied at once. */
    static final int MAX_ROWS = 12;

    /** The most panels of a call. */
    static final int MAX_PANELS = 8;

    static final int LINE = 64;

    /** Bytes of a row's group. */
    static final int GROUP = Int16Format.COLUMNS * Short.BYTES;

    /** Addresses: the panels, each with its pairs and then its scales; the rows' first group; its steps; the results. Between them the numbers of bytes from a group to the next one. */
    static final int PANELS = 0;

    static final int ROWS = 8;
    static final int ROWS_STRIDE = 16;
    static final int STEPS = 24;
    static final int STEPS_STRIDE = 32;
    static final int OUT = 40;

    /** Numbers of panels and of groups. */
    static final int COUNT = 48;

    static final int GROUPS = 56;

    /** Bytes of the parameters. */
    static final int BYTES = LINE;

    /** Bytes from a row of results to the next one. */
    static final int OUT_ROW = MAX_PANELS * LINE;

    private static final Map<Integer, MachineCode> FUNCTIONS = new ConcurrentHashMap<>();

    private final Assembler code = new Assembler(Byte.SIZE * LINE);
    private final Vector[] sums;
    private final Vector[] totals;
    private final Vector weights;

    private Int16Code(int rows) {
        sums = vectors(0, rows);
        totals = vectors(rows, rows);
        weights = new Vector(2 * rows);
    }

    private static Vector[] vectors(int first, int count) {
        return IntStream.range(first, first + count).mapToObj(Vector::new).toArray(Vector[]::new);
    }

    /** The function for a number of rows; its argument is the address of the parameters. */
    static MachineCode of(int rows) {
        return FUNCTIONS.computeIfAbsent(rows, key -> MachineCode.of(new Int16Code(key).write()));
    }

    private byte[] write() {
        code.load(RAX, at(RDI, PANELS));
        code.load(R11, at(RDI, ROWS_STRIDE));
        code.load(R9, at(RDI, STEPS_STRIDE));
        code.load(R10, at(RDI, OUT));
        code.load(R8, at(RDI, COUNT));
        int panel = code.position();
        code.load(RDX, at(RDI, ROWS));
        code.load(RCX, at(RDI, STEPS));
        code.load(RSI, at(RDI, GROUPS));
        clear(totals);
        int group = code.position();
        group();
        code.loop(RSI, group);
        results();
        code.loop(R8, panel);
        code.returns();
        return code.code();
    }

    private void clear(Vector[] vectors) {
        for (Vector vector : vectors) {
            code.vector(VPXOR, vector, vector, vector);
        }
    }

    private void group() {
        clear(sums);
        int pairs = Int16Format.COLUMNS / 2;
        for (int pair = 0; pair < pairs; pair++) {
            code.vector(VMOVUPS, weights, at(RAX, pair * LINE));
            for (int row = 0; row < sums.length; row++) {
                code.vector(VPDPWSSD, sums[row], weights, broadcast(RDX, row * GROUP + pair * Integer.BYTES));
            }
        }
        for (int row = 0; row < sums.length; row++) {
            code.vector(VCVTDQ2PS, sums[row], sums[row]);
            code.vector(VFMADD231PS, totals[row], sums[row], broadcast(RCX, row * Float.BYTES));
        }
        code.add(RAX, pairs * LINE);
        code.add(RDX, R11);
        code.add(RCX, R9);
    }

    private void results() {
        code.vector(VMOVUPS, weights, at(RAX, 0));
        for (int row = 0; row < totals.length; row++) {
            code.vector(VMULPS, totals[row], totals[row], weights);
            code.store(at(R10, row * OUT_ROW), totals[row]);
        }
        code.add(RAX, LINE);
        code.add(R10, LINE);
    }
}

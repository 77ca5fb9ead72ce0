package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.kernel.tiles.TileParameters.LINE;
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
import static io.baseload.engine.platform.Instruction.VADDPS;
import static io.baseload.engine.platform.Instruction.VCVTDQ2PS;
import static io.baseload.engine.platform.Instruction.VCVTPH2PS;
import static io.baseload.engine.platform.Instruction.VFMADD213PS;
import static io.baseload.engine.platform.Instruction.VFMADD231PS;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VMULPS;
import static io.baseload.engine.platform.Instruction.VPAND;
import static io.baseload.engine.platform.Instruction.VPBROADCASTD;
import static io.baseload.engine.platform.Instruction.VPMOVSXBD;
import static io.baseload.engine.platform.Instruction.VPXOR;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Integer64;
import io.baseload.engine.platform.Assembler.Memory;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.Processor;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes the machine code of a {@link TileKernel} for one packing of weights and one number of rows.
 *
 * <pre>
 * for each panel of 16 outputs
 *   for each span of its blocks, for each block
 *     for each group of 32 or 16 columns
 *       sums of integers: for each 8 columns
 *         weights, of each output four bytes of even columns and four of odd ones
 *           of 4 bits: a line of 64 bytes, its low and its high nibbles, looked up if they are codes of a table
 *           of 8 bits: two lines, transposed
 *         for each row: the bytes of four even columns, broadcast, times the even ones; those of four odd columns times the odd ones
 *       totals += scale · (step · sum)
 *     totals of minimums += minimum · Σ step · Σ q
 * </pre>
 *
 * A panel is one vector of 512 bits, or two of 256. Sums of all rows are in registers; totals are, if there are enough. {@link WeightCode} reads the weights, and {@link SumCode} adds up the integers.
 */
final class TileCode {
    static final Integer64 PARAMETERS = RDI;
    private static final Integer64 SPAN = RSI;
    static final Integer64 X = RDX;
    static final Integer64 NUMBERS = RCX;
    static final Integer64 CODES = RAX;
    private static final Integer64 SCALES = R10;
    private static final Integer64 BLOCKS = R8;
    private static final Integer64 NESTED = R9;
    private static final Integer64 STRIDE = R11;

    /** Columns whose weights are read together. */
    private static final int COLUMNS = 8;

    /** Rows from which on weights are requested ahead, and how far. AMD's processors follow one row's reading by themselves; Intel's stop at each page of 4 KB, even within a huge one. */
    private static final int MIN_REQUESTING_ROWS = Processor.isAmd() ? 3 : 1;

    private static final int BYTES_AHEAD = 4096;

    private final Packing packing;
    private final CodeValues values;
    private final int rows;

    /** Columns of a group of activations. */
    private final int group;

    /** Bytes of a vector. */
    private final int width;

    /** Vectors of a panel. */
    private final int parts;

    private final Assembler code;
    private int used;

    /** {@code [row · parts + part]}. */
    private final Vector[] sums;

    private final Vector[] even;
    private final Vector[] odd;

    private final Vector number;
    private final Vector product;
    private final WeightCode weights;
    private final SumCode sumCode;

    /** Empty if totals are in memory. */
    private final Vector[] totals;

    /** Empty if there are none, or if they are in memory. */
    private final Vector[] minimums;

    TileCode(VectorInstructions set, Packing packing, int rows) {
        this.packing = packing;
        this.values = CodeValues.of(packing.codes(), set);
        this.rows = rows;
        this.group = TileKernel.group(packing);
        this.width = set.bits() / Byte.SIZE;
        this.parts = LINE / width;
        this.code = new Assembler(set.bits());
        sums = vectors(rows * parts);
        even = vectors(parts);
        odd = vectors(parts);
        number = vector();
        product = vector();
        Vector[] constants = vectors(WeightCode.constants(set, packing.codes()));
        weights = new WeightCode(code, set, packing.codes(), even, odd, List.of(number, product), constants);
        constants = vectors(SumCode.constants(values));
        sumCode = new SumCode(code, set, values, rows, group, sums, even, odd, constants, number, product);
        totals = vectorsIfFree(rows * parts, set);
        minimums = vectorsIfFree(minimum() ? rows * parts : 0, set);
        if (used > set.registers()) {
            throw new IllegalArgumentException(rows + " rows need " + used + " registers");
        }
    }

    private Vector[] vectors(int count) {
        return IntStream.range(0, count).mapToObj(i -> vector()).toArray(Vector[]::new);
    }

    private Vector[] vectorsIfFree(int count, VectorInstructions set) {
        return vectors(used + count <= set.registers() ? count : 0);
    }

    private Vector vector() {
        return new Vector(used++);
    }

    /** Whether blocks of weights are groups of activations. */
    private boolean oneGroup() {
        return packing.block() == group;
    }

    private boolean minimum() {
        return packing.scales().minimum();
    }

    byte[] write() {
        weights.loadConstants();
        sumCode.loadConstants();
        code.load(STRIDE, at(PARAMETERS, TileParameters.STRIDE));
        int panel = code.position();
        code.load(X, at(PARAMETERS, TileParameters.CODES));
        code.load(NUMBERS, at(PARAMETERS, TileParameters.NUMBERS));
        code.load(NESTED, at(PARAMETERS, TileParameters.PANEL));
        code.load(CODES, at(PARAMETERS, TileParameters.SPANS));
        code.store(at(PARAMETERS, TileParameters.SPANS_LEFT), CODES);
        code.address(SPAN, at(PARAMETERS, TileParameters.SPAN_TABLE));
        clear();
        int span = code.position();
        if (packing.scales().nested()) {
            readScales();
        }
        code.load(BLOCKS, at(SPAN, 0));
        code.load(CODES, at(SPAN, 8));
        code.add(CODES, at(PARAMETERS, TileParameters.PANEL));
        code.load(SCALES, at(SPAN, 16));
        code.add(SCALES, at(PARAMETERS, TileParameters.PANEL));
        int block = code.position();
        block();
        code.loop(BLOCKS, block);
        code.add(SPAN, TileParameters.SPAN_BYTES);
        code.add(NESTED, packing.scales().nestedBytes());
        code.loop(at(PARAMETERS, TileParameters.SPANS_LEFT), span);
        results();
        code.load(CODES, at(PARAMETERS, TileParameters.PANEL_BYTES));
        code.addTo(at(PARAMETERS, TileParameters.PANEL), CODES);
        code.loop(at(PARAMETERS, TileParameters.PANELS), panel);
        code.returns();
        return code.code();
    }

    /**
     * Reads all nested scales of a span before its codes, so that lines are read in the order of memory. Otherwise the processor meets the lines of more than 256 bytes of scales among those of the
     * codes, and doesn't read ahead any more. The counter and the address are loaded again afterwards.
     */
    private void readScales() {
        code.load(BLOCKS, at(SPAN, 24));
        code.load(SCALES, at(SPAN, 16));
        code.add(SCALES, at(PARAMETERS, TileParameters.PANEL));
        int line = code.position();
        for (int at = 0; at < LINE; at += width) {
            code.vector(VMOVUPS, number, at(SCALES, at));
        }
        code.add(SCALES, LINE);
        code.loop(BLOCKS, line);
    }

    private void clear() {
        clear(totals, 0);
        if (minimum()) {
            clear(minimums, rows * parts);
        }
    }

    private void clear(Vector[] vectors, int firstInMemory) {
        for (Vector vector : vectors) {
            code.vector(VPXOR, vector, vector, vector);
        }
        if (vectors.length == 0) {
            code.vector(VPXOR, number, number, number);
            for (int i = 0; i < rows * parts; i++) {
                code.store(inMemory(firstInMemory + i), number);
            }
        }
    }

    private void block() {
        int bytesTogether = COLUMNS * PackedMatrix.LANES * packing.codes().bits() / Byte.SIZE;
        for (int column = 0; column < packing.block(); column += group) {
            for (int i = 0; i < group; i += COLUMNS) {
                int at = (column + i) / COLUMNS * bytesTogether;
                requestAhead(at, bytesTogether);
                weights.read(at);
                sumCode.products(i);
            }
            addProducts();
            if (minimum() && oneGroup()) {
                addMinimums();
            } else if (minimum()) {
                addToBlockSums(column == 0);
            }
            code.add(X, STRIDE);
            code.add(NUMBERS, STRIDE);
        }
        if (minimum() && !oneGroup()) {
            addMinimums();
        }
        int codeBytes = packing.codeBytes();
        int scaleBytes = packing.scaleBytes();
        boolean nested = packing.scales().nested();
        code.add(CODES, nested ? codeBytes : codeBytes + scaleBytes);
        code.add(SCALES, nested ? scaleBytes : codeBytes + scaleBytes);
    }

    /**
     * Requests weights that are needed much later. With few rows some processors read ahead far enough by themselves, and requests would only take time; with more, the products of one line last so
     * long that none does.
     */
    private void requestAhead(int from, int bytes) {
        if (rows >= MIN_REQUESTING_ROWS) {
            for (int line = 0; line < bytes; line += LINE) {
                code.prefetch(at(CODES, from + line + BYTES_AHEAD));
            }
        }
    }

    /** totals += scale · (step · sum). */
    private void addProducts() {
        for (int part = 0; part < parts; part++) {
            scale(even[part], part, 0);
        }
        for (int row = 0; row < rows; row++) {
            sumCode.scale(row);
            for (int part = 0; part < parts; part++) {
                int i = row * parts + part;
                add(totals, i, 0, sums[i], even[part]);
            }
        }
    }

    /** The step · Σ q of a block of several groups, which minimums are multiplied by, is added up in memory. */
    private void addToBlockSums(boolean first) {
        for (int row = 0; row < rows; row++) {
            code.vector(VPBROADCASTD, number, at(NUMBERS, SumCode.numbers(row) + TileRows.SUM));
            if (!first) {
                code.vector(VADDPS, number, number, blockSum(row));
            }
            code.store(blockSum(row), number);
        }
    }

    private static Memory blockSum(int row) {
        return at(PARAMETERS, TileParameters.BLOCK_SUMS + row * LINE);
    }

    /** Totals of minimums += minimum · the row's sum of the block. */
    private void addMinimums() {
        for (int part = 0; part < parts; part++) {
            scale(even[part], part, 1);
        }
        for (int row = 0; row < rows; row++) {
            for (int part = 0; part < parts; part++) {
                if (oneGroup()) {
                    code.vector(VPBROADCASTD, product, at(NUMBERS, SumCode.numbers(row) + TileRows.SUM));
                } else {
                    code.vector(VMOVUPS, product, blockSum(row));
                }
                add(minimums, row * parts + part, rows * parts, product, even[part]);
            }
        }
    }

    /** total += factor · scale. The factor is lost. */
    private void add(Vector[] all, int i, int firstInMemory, Vector factor, Vector scale) {
        if (all.length == 0) {
            code.vector(VFMADD213PS, factor, scale, inMemory(firstInMemory + i));
            code.store(inMemory(firstInMemory + i), factor);
        } else {
            code.vector(VFMADD231PS, all[i], factor, scale);
        }
    }

    private Memory inMemory(int i) {
        return at(PARAMETERS, TileParameters.SUMS + i * width);
    }

    /**
     * The scales of a block for a part of its rows, or their minimums. Uses {@link #number} and {@link #product}.
     *
     * @param kind 0 for scales, 1 for minimums
     */
    private void scale(Vector to, int part, int kind) {
        int lane = kind * PackedMatrix.LANES + part * width / Float.BYTES;
        switch (packing.scales()) {
            case F16, F16_MINIMUM -> code.vector(VCVTPH2PS, to, at(SCALES, lane * Short.BYTES));
            case F32, F32_MINIMUM -> code.vector(VMOVUPS, to, at(SCALES, lane * Float.BYTES));
            case LINEAR8, LINEAR8_MINIMUM -> {
                code.vector(VPMOVSXBD, to, at(SCALES, lane));
                code.vector(VCVTDQ2PS, to, to);
                nested(to, kind);
            }
            case FLOAT8 -> {
                code.vector(VPMOVSXBD, to, at(SCALES, lane));
                code.shiftLeft(to, to, TileParameters.FLOAT8_SHIFT);
                code.vector(VPAND, to, to, at(PARAMETERS, TileParameters.FLOAT8_BITS));
                code.vector(VMULPS, to, to, at(PARAMETERS, TileParameters.FLOAT8_BIAS));
                nested(to, kind);
            }
            case NONE -> throw new IllegalArgumentException(packing + " has no kernel");
        }
    }

    /** Nested scales become offset + scale · code. */
    private void nested(Vector codes, int kind) {
        code.vector(VPBROADCASTD, number, at(NESTED, kind * 2 * Float.BYTES));
        code.vector(VPBROADCASTD, product, at(NESTED, (kind * 2 + 1) * Float.BYTES));
        code.vector(VFMADD213PS, codes, number, product);
    }

    private void results() {
        code.load(CODES, at(PARAMETERS, TileParameters.OUT));
        for (int i = 0; i < rows * parts; i++) {
            Vector total = totals.length == 0 ? product : totals[i];
            if (totals.length == 0) {
                code.vector(VMOVUPS, total, inMemory(i));
            }
            if (minimums.length > 0) {
                code.vector(VADDPS, total, total, minimums[i]);
            } else if (minimum()) {
                code.vector(VADDPS, total, total, inMemory(rows * parts + i));
            }
            if (values.looksUp()) {
                code.vector(VMULPS, total, total, at(PARAMETERS, TileParameters.UNIT));
            }
            int at = i / parts * TileParameters.RESULT_ROW + i % parts * width;
            code.store(at(CODES, at), total);
        }
        code.add(CODES, LINE);
        code.store(at(PARAMETERS, TileParameters.OUT), CODES);
    }
}

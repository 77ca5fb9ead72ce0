package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.kernel.tiles.PanelLoop.CODES;
import static io.baseload.engine.kernel.tiles.PanelLoop.PARAMETERS;
import static io.baseload.engine.kernel.tiles.TileParameters.LINE;
import static io.baseload.engine.platform.Assembler.Integer64.R11;
import static io.baseload.engine.platform.Assembler.Integer64.RCX;
import static io.baseload.engine.platform.Assembler.Integer64.RDX;
import static io.baseload.engine.platform.Assembler.Integer64.RSI;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Instruction.VADDPS;
import static io.baseload.engine.platform.Instruction.VFMADD213PS;
import static io.baseload.engine.platform.Instruction.VFMADD231PS;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VMULPS;
import static io.baseload.engine.platform.Instruction.VPBROADCASTD;
import static io.baseload.engine.platform.Instruction.VPXOR;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Integer64;
import io.baseload.engine.platform.Assembler.Memory;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.Prefetch;
import io.baseload.engine.platform.VectorInstructions;
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
 * A panel is one vector of 512 bits, or two of 256. Sums of all rows are in registers; totals are, if there are enough. Where registers are scarce, weights of even and of odd columns are in the same ones, one after the other.
 * {@link WeightCode} reads the weights, {@link ScaleCode} their scales, and {@link SumCode} adds up the integers. Weights may have been {@link UnpackedPanels unpacked} before.
 */
final class TileCode {
    static final Integer64 X = RDX;
    static final Integer64 NUMBERS = RCX;
    private static final Integer64 STRIDE = R11;

    /** The function's second argument, only at its beginning: memory for results. */
    private static final Integer64 OUTPUT = RSI;

    private final Packing packing;
    private final PanelLayout layout;
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

    /** The same vectors as {@link #even} unless {@link #apart}. */
    private final Vector[] odd;

    /** Whether there are vectors for both even and odd columns. */
    private final boolean apart;

    private final Vector number;
    private final Vector product;
    private final WeightCode weights;
    private final ScaleCode scales;
    private final SumCode sumCode;
    private final PanelLoop loop;

    /** Empty if totals are in memory. */
    private final Vector[] totals;

    /** Empty if there are none, or if they are in memory. */
    private final Vector[] minimums;

    TileCode(VectorInstructions set, Packing packing, PanelLayout layout, int rows) {
        this.packing = packing;
        this.layout = layout;
        this.values = CodeValues.of(packing.codes(), set);
        this.rows = rows;
        this.group = TileKernel.group(packing);
        this.width = set.bits() / Byte.SIZE;
        this.parts = LINE / width;
        this.code = new Assembler(set.bits());
        sums = vectors(rows * parts);
        even = vectors(parts);
        number = vector();
        product = vector();
        List<Vector> free = List.of(number, product);
        Vector[] sumConstants = vectors(SumCode.constants(values));
        int constants = layout.unpacked() ? 0 : WeightCode.constants(set, packing.codes());
        apart = !layout.unpacked() && used + parts + constants <= set.registers();
        odd = apart ? vectors(parts) : even;
        weights = new WeightCode(code, set, packing.codes(), even, odd, free, vectors(apart ? constants : 0));
        scales = new ScaleCode(code, layout.scales(), free);
        sumCode = new SumCode(code, set, values, rows, group, sums, even, odd, sumConstants, number, product);
        boolean requests = !layout.unpacked() && rows >= Prefetch.MIN_ROWS;
        loop = new PanelLoop(code, layout, requests, number);
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
        code.addTo(at(PARAMETERS, TileParameters.OUT), OUTPUT);
        loop.write(this::begin, this::block, this::results);
        return code.code();
    }

    private void begin() {
        code.load(X, at(PARAMETERS, TileParameters.CODES));
        code.load(NUMBERS, at(PARAMETERS, TileParameters.NUMBERS));
        clear();
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
        for (int column = 0; column < packing.block(); column += group) {
            for (int i = 0; i < group; i += WeightCode.COLUMNS) {
                products(column + i, i);
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
    }

    /** Products of eight columns of a block, which are columns of a group. */
    private void products(int column, int ofGroup) {
        int bytes = layout.codeBytes() / packing.block() * WeightCode.COLUMNS;
        int from = column / WeightCode.COLUMNS * bytes;
        loop.requestAhead(from, bytes);
        if (layout.unpacked()) {
            load(from);
            sumCode.even(ofGroup);
            load(from + LINE);
            sumCode.odd(ofGroup);
        } else if (!apart) {
            weights.readEven(from);
            sumCode.even(ofGroup);
            weights.readOdd(from);
            sumCode.odd(ofGroup);
        } else {
            weights.read(from);
            sumCode.even(ofGroup);
            sumCode.odd(ofGroup);
        }
    }

    /** Loads unpacked weights. */
    private void load(int from) {
        for (int part = 0; part < parts; part++) {
            code.vector(VMOVUPS, even[part], at(CODES, from + part * width));
        }
    }

    /** totals += scale · (step · sum). */
    private void addProducts() {
        for (int part = 0; part < parts; part++) {
            scales.read(even[part], part, 0);
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
            scales.read(even[part], part, 1);
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

    /** Addresses of codes and rows aren't needed any more. */
    private void results() {
        code.load(CODES, at(PARAMETERS, TileParameters.OUT));
        code.load(X, at(PARAMETERS, TileParameters.OUT_STRIDE));
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
            code.store(at(CODES, i % parts * width), total);
            if (i % parts == parts - 1) {
                code.add(CODES, X);
            }
        }
        code.load(CODES, at(PARAMETERS, TileParameters.OUT));
        code.add(CODES, LINE);
        code.store(at(PARAMETERS, TileParameters.OUT), CODES);
    }
}

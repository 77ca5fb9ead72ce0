package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.kernel.tiles.PanelLoop.PARAMETERS;
import static io.baseload.engine.kernel.tiles.TileCode.NUMBERS;
import static io.baseload.engine.kernel.tiles.TileCode.X;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Assembler.broadcast;
import static io.baseload.engine.platform.Instruction.VFMSUB213PS;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VPADDD;
import static io.baseload.engine.platform.Instruction.VPADDW;
import static io.baseload.engine.platform.Instruction.VPBROADCASTD;
import static io.baseload.engine.platform.Instruction.VPDPBUSD;
import static io.baseload.engine.platform.Instruction.VPMADDUBSW;
import static io.baseload.engine.platform.Instruction.VPMADDWD;
import static io.baseload.engine.platform.Instruction.VPXOR;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.VectorInstructions;

/**
 * Writes the part of a {@link TileCode} that multiplies weights and activations and adds up the integers of a group.
 *
 * <p>Without dot products, sums of unsigned weights have 16 bits, and are widened when the group ends. Those of weights with signs are widened after each instruction, which adds two products. That instruction multiplies
 * unsigned bytes by signed ones, so the weights take the signs of the activations first, and are multiplied by their magnitudes ({@link TileRows}).
 *
 * @param group columns of a group of activations
 * @param sums vectors for the sums of a group, {@code [row · parts + part]}
 * @param even vectors with the weights of even columns, in as many parts as a panel has, and {@code odd}
 * @param constants vectors for {@link #loadConstants} and for signs, {@link #constants} of them
 * @param number a vector that nobody uses meanwhile, and {@code product}
 */
record SumCode(
        Assembler code,
        VectorInstructions set,
        CodeValues values,
        int rows,
        int group,
        Vector[] sums,
        Vector[] even,
        Vector[] odd,
        Vector[] constants,
        Vector number,
        Vector product) {

    /** The number of vectors with constants: 16-bit ones and the signs of a row's activations, if these are stored as magnitudes. */
    static int constants(CodeValues values) {
        return values.form() == TileForm.MAGNITUDES ? 2 : 0;
    }

    void loadConstants() {
        if (magnitudes()) {
            code.vector(VMOVUPS, ones(), at(PARAMETERS, TileParameters.ONES));
        }
    }

    private Vector ones() {
        return constants[0];
    }

    private Vector signs() {
        return constants[1];
    }

    private boolean magnitudes() {
        return values.form() == TileForm.MAGNITUDES;
    }

    /** Whether sums have 32 bits from the beginning. */
    private boolean wide() {
        return set.dotProducts() || magnitudes();
    }

    private int parts() {
        return even.length;
    }

    /** Sums of integers of all rows, for the even ones of eight columns of a group. The first ones begin new sums. */
    void even(int column) {
        products(even, column, column == 0);
    }

    /** The same for the odd ones. */
    void odd(int column) {
        products(odd, column + Integer.BYTES, false);
    }

    private void products(Vector[] factors, int at, boolean first) {
        int bytes = magnitudes() ? 2 * group : group;
        for (int row = 0; row < rows; row++) {
            products(row, factors, row * bytes + at, first);
        }
    }

    private void products(int row, Vector[] factors, int at, boolean first) {
        if (wide() && first) {
            start(row);
        }
        boolean direct = set.dotProducts() && set.bits() == 512;
        if (!direct) {
            code.vector(VPBROADCASTD, number, at(X, at));
        }
        if (magnitudes()) {
            code.vector(VPBROADCASTD, signs(), at(X, at + group));
        }
        for (int part = 0; part < parts(); part++) {
            Vector sum = sums[row * parts() + part];
            if (direct) {
                code.vector(VPDPBUSD, sum, factors[part], broadcast(X, at));
            } else if (set.dotProducts()) {
                code.vector(VPDPBUSD, sum, factors[part], number);
            } else if (magnitudes()) {
                widenedPairs(sum, factors[part]);
            } else {
                pairs(sum, factors[part], first);
            }
        }
    }

    /** Sums of pairs of products in 16 bits. */
    private void pairs(Vector sum, Vector weights, boolean first) {
        code.vector(VPMADDUBSW, first ? sum : product, weights, number);
        if (!first) {
            code.vector(VPADDW, sum, sum, product);
        }
    }

    /** Sums of pairs of products of magnitudes and of weights that have taken the signs, widened to 32 bits. */
    private void widenedPairs(Vector sum, Vector weights) {
        code.vector(VPXOR, product, weights, signs());
        code.vector(VPMADDUBSW, product, number, product);
        code.vector(VPMADDWD, product, product, ones());
        code.vector(VPADDD, sum, sum, product);
    }

    /** Lets sums of 32 bits begin with the bits of {@link TileRows#START}, less offset · Σ q, or with what the signs have taken away. */
    private void start(int row) {
        Vector first = sums[row * parts()];
        loadStart(first, row);
        for (int part = 1; part < parts(); part++) {
            code.vector(VMOVUPS, sums[row * parts() + part], first);
        }
    }

    private void loadStart(Vector to, int row) {
        if (values.offset() == 0 && !magnitudes()) {
            code.vector(VMOVUPS, to, at(PARAMETERS, TileParameters.START));
            return;
        }
        int start = values.offset() == CodeValues.SIGNED_OFFSET ? TileRows.START_OF_BYTES : 0;
        code.vector(VPBROADCASTD, to, at(NUMBERS, numbers(row) + start));
    }

    static int numbers(int row) {
        return row * TileRows.NUMBERS;
    }

    /** Makes floats of the sums of a row, which have been added to the bits of {@link TileRows#START}, and multiplies them by its step. */
    void scale(int row) {
        if (!wide()) {
            widen(row);
        }
        code.vector(VPBROADCASTD, number, at(NUMBERS, numbers(row) + TileRows.STEP));
        boolean direct = set.bits() == 512;
        if (!direct) {
            code.vector(VPBROADCASTD, product, at(NUMBERS, numbers(row) + TileRows.STARTED));
        }
        for (int part = 0; part < parts(); part++) {
            Vector sum = sums[row * parts() + part];
            if (direct) {
                code.vector(VFMSUB213PS, sum, number, broadcast(NUMBERS, numbers(row) + TileRows.STARTED));
            } else {
                code.vector(VFMSUB213PS, sum, number, product);
            }
        }
    }

    /** Widens sums from 16 to 32 bits, and adds what the others begin with; the share of an offset is taken away before, if they don't fit in 16 bits with it. */
    private void widen(int row) {
        boolean before = values.form().shortSums();
        if (before) {
            code.vector(VPBROADCASTD, number, at(NUMBERS, numbers(row)));
        } else {
            loadStart(number, row);
        }
        for (int part = 0; part < parts(); part++) {
            Vector sum = sums[row * parts() + part];
            if (before) {
                code.vector(VPADDW, sum, sum, number);
            }
            code.vector(VPMADDWD, sum, sum, at(PARAMETERS, TileParameters.ONES));
            if (before) {
                code.vector(VPADDD, sum, sum, at(PARAMETERS, TileParameters.START));
            } else {
                code.vector(VPADDD, sum, sum, number);
            }
        }
    }
}

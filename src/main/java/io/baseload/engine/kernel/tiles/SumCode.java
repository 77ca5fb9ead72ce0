package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.kernel.tiles.TileCode.NUMBERS;
import static io.baseload.engine.kernel.tiles.TileCode.PARAMETERS;
import static io.baseload.engine.kernel.tiles.TileCode.X;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Assembler.broadcast;
import static io.baseload.engine.platform.Instruction.VFMSUB213PS;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VPABSB;
import static io.baseload.engine.platform.Instruction.VPADDD;
import static io.baseload.engine.platform.Instruction.VPADDW;
import static io.baseload.engine.platform.Instruction.VPBROADCASTD;
import static io.baseload.engine.platform.Instruction.VPDPBUSD;
import static io.baseload.engine.platform.Instruction.VPMADDUBSW;
import static io.baseload.engine.platform.Instruction.VPMADDWD;
import static io.baseload.engine.platform.Instruction.VPSIGNB;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.VectorInstructions;

/**
 * Writes the part of a {@link TileCode} that multiplies weights and activations and adds up the integers of a group.
 *
 * <p>Without dot products, sums have 16 bits: a group's products of 4 and 8 bits fit in them, and those of bytes are widened after each instruction, which adds two of them. That instruction
 * multiplies unsigned bytes by signed ones, so the activations take the signs of the weights first, and are multiplied by their magnitudes.
 *
 * @param group columns of a group of activations
 * @param sums vectors for the sums of a group, {@code [row · parts + part]}
 * @param even vectors with the weights of even columns, in as many parts as a panel has, and {@code odd}
 * @param magnitudes vectors for those of weights; empty if they have no signs
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
        Vector[] magnitudes,
        Vector number,
        Vector product) {

    private int parts() {
        return even.length;
    }

    /** Sums of integers of all rows, for eight columns of a group. The first ones begin new sums. */
    void products(int column) {
        products(even, column, column == 0);
        products(odd, column + Integer.BYTES, false);
    }

    private void products(Vector[] factors, int at, boolean first) {
        for (int part = 0; part < magnitudes.length; part++) {
            code.vector(VPABSB, magnitudes[part], factors[part]);
        }
        for (int row = 0; row < rows; row++) {
            products(row, factors, row * group + at, first);
        }
    }

    private void products(int row, Vector[] factors, int at, boolean first) {
        if (set.dotProducts() && first) {
            start(row);
        }
        boolean direct = set.dotProducts() && set.bits() == 512;
        if (!direct) {
            code.vector(VPBROADCASTD, number, at(X, at));
        }
        for (int part = 0; part < parts(); part++) {
            Vector sum = sums[row * parts() + part];
            if (direct) {
                code.vector(VPDPBUSD, sum, factors[part], broadcast(X, at));
            } else if (set.dotProducts()) {
                code.vector(VPDPBUSD, sum, factors[part], number);
            } else if (values.signed()) {
                code.vector(VPSIGNB, product, number, factors[part]);
                widenedPairs(sum, magnitudes[part], first);
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

    /** Sums of pairs of products with {@link #product}, widened to 32 bits. */
    private void widenedPairs(Vector sum, Vector magnitudes, boolean first) {
        Vector to = first ? sum : product;
        code.vector(VPMADDUBSW, to, magnitudes, product);
        code.vector(VPMADDWD, to, to, at(PARAMETERS, TileParameters.ONES));
        if (!first) {
            code.vector(VPADDD, sum, sum, product);
        }
    }

    /** Lets dot products begin with the bits of {@link TileRows#START}, less offset · Σ q. */
    private void start(int row) {
        Vector first = sums[row * parts()];
        loadStart(first, row);
        for (int part = 1; part < parts(); part++) {
            code.vector(VMOVUPS, sums[row * parts() + part], first);
        }
    }

    /** The bits of {@link TileRows#START}, less the codes' offset times Σ q. */
    private void loadStart(Vector to, int row) {
        switch (values.shift()) {
            case CodeValues.NO_SHIFT -> code.vector(VMOVUPS, to, at(PARAMETERS, TileParameters.START));
            case CodeValues.NIBBLE_SHIFT -> code.vector(VPBROADCASTD, to, at(NUMBERS, numbers(row)));
            default -> {
                code.vector(VPBROADCASTD, to, at(NUMBERS, numbers(row)));
                code.shiftLeft(to, to, CodeValues.SIGNED_SHIFT - CodeValues.NIBBLE_SHIFT);
                code.vector(VPADDD, to, to, at(PARAMETERS, TileParameters.START_OF_BYTES));
            }
        }
    }

    static int numbers(int row) {
        return row * TileRows.NUMBERS;
    }

    /** Makes floats of the sums of a row, which have been added to the bits of {@link TileRows#START}, and multiplies them by its step. */
    void scale(int row) {
        if (!set.dotProducts()) {
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

    /** Widens sums from 16 to 32 bits if they aren't yet, and adds what dot products start with. */
    private void widen(int row) {
        loadStart(number, row);
        for (int part = 0; part < parts(); part++) {
            Vector sum = sums[row * parts() + part];
            if (!values.signed()) {
                code.vector(VPMADDWD, sum, sum, at(PARAMETERS, TileParameters.ONES));
            }
            code.vector(VPADDD, sum, sum, number);
        }
    }
}

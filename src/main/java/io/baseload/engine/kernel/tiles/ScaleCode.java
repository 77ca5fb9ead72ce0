package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.kernel.tiles.PanelLoop.NESTED;
import static io.baseload.engine.kernel.tiles.PanelLoop.PARAMETERS;
import static io.baseload.engine.kernel.tiles.PanelLoop.SCALES;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Instruction.VCVTDQ2PS;
import static io.baseload.engine.platform.Instruction.VCVTPH2PS;
import static io.baseload.engine.platform.Instruction.VFMADD213PS;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VMULPS;
import static io.baseload.engine.platform.Instruction.VPAND;
import static io.baseload.engine.platform.Instruction.VPBROADCASTD;
import static io.baseload.engine.platform.Instruction.VPMOVSXBD;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Scales;
import java.util.List;

/**
 * Writes the part of a function that reads the scales of a block, or its minimums, as floats.
 *
 * @param free two vectors that nobody uses meanwhile
 */
record ScaleCode(Assembler code, Scales scales, List<Vector> free) {
    /**
     * The scales of a block for a part of its rows, or their minimums.
     *
     * @param kind 0 for scales, 1 for minimums
     */
    void read(Vector to, int part, int kind) {
        int lane = kind * PackedMatrix.LANES + part * code.bytes() / Float.BYTES;
        switch (scales) {
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
            case NONE -> throw new IllegalArgumentException("weights without scales have no kernel");
        }
    }

    /** Nested scales become offset + scale · code. */
    private void nested(Vector codes, int kind) {
        Vector scale = free.getFirst();
        Vector offset = free.getLast();
        code.vector(VPBROADCASTD, scale, at(NESTED, kind * 2 * Float.BYTES));
        code.vector(VPBROADCASTD, offset, at(NESTED, (kind * 2 + 1) * Float.BYTES));
        code.vector(VFMADD213PS, codes, scale, offset);
    }
}

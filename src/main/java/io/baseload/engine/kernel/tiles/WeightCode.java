package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.kernel.tiles.PanelLoop.CODES;
import static io.baseload.engine.kernel.tiles.PanelLoop.PARAMETERS;
import static io.baseload.engine.kernel.tiles.TileParameters.LINE;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Instruction.VMOVUPS;
import static io.baseload.engine.platform.Instruction.VPAND;
import static io.baseload.engine.platform.Instruction.VPERMT2D;
import static io.baseload.engine.platform.Instruction.VPSHUFB;
import static io.baseload.engine.platform.Instruction.VPUNPCKHDQ;
import static io.baseload.engine.platform.Instruction.VPUNPCKHQDQ;
import static io.baseload.engine.platform.Instruction.VPUNPCKLDQ;
import static io.baseload.engine.platform.Instruction.VPUNPCKLQDQ;
import static io.baseload.engine.platform.Instruction.VPXOR;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Memory;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.Instruction;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Codes;
import java.util.List;

/**
 * Writes the part of a {@link TileCode} that reads the weights of eight columns: of each output four bytes of the even columns and four of the odd ones, in as many vectors as a panel has.
 *
 * <p>Dot products multiply unsigned by signed bytes. For them 128 is therefore added to the bytes of 8-bit weights; otherwise these have signs ({@link CodeValues}).
 *
 * @param even vectors for the result, and {@code odd}
 * @param free two vectors that nobody uses meanwhile
 * @param constants vectors for {@link #loadConstants}, {@link #constants} of them, or none if even and odd columns are read apart
 */
record WeightCode(
        Assembler code,
        VectorInstructions set,
        Codes codes,
        Vector[] even,
        Vector[] odd,
        List<Vector> free,
        Vector[] constants) {

    /** Columns whose weights are read together. */
    static final int COLUMNS = 8;

    /** The number of vectors with constants: a table, or the indexes of ints of 8-bit weights of even and of odd columns. */
    static int constants(VectorInstructions set, Codes codes) {
        if (codes == Codes.I8) {
            return set.bits() == 512 ? 2 : 0;
        }
        return codes.codebook() ? 1 : 0;
    }

    void loadConstants() {
        int from = codes == Codes.I8 ? TileParameters.EVEN : TileParameters.TABLE;
        for (int i = 0; i < constants.length; i++) {
            code.vector(VMOVUPS, constants[i], at(PARAMETERS, from + i * LINE));
        }
    }

    /** Reads the weights at an offset of the codes. */
    void read(int at) {
        if (codes == Codes.I8) {
            transpose(at);
        } else {
            nibbles(at);
        }
    }

    /** Reads only the even columns of 4-bit weights at an offset of the codes. */
    void readEven(int at) {
        for (int part = 0; part < even.length; part++) {
            code.vector(VMOVUPS, even[part], at(CODES, at + part * width()));
            code.vector(VPAND, even[part], even[part], lowNibbles());
        }
        lookUp(even);
    }

    /** Reads only the odd columns. */
    void readOdd(int at) {
        for (int part = 0; part < odd.length; part++) {
            code.vector(VMOVUPS, odd[part], at(CODES, at + part * width()));
            code.shiftRight(odd[part], odd[part], 4);
            code.vector(VPAND, odd[part], odd[part], lowNibbles());
        }
        lookUp(odd);
    }

    private static Memory lowNibbles() {
        return at(PARAMETERS, TileParameters.LOW_NIBBLES);
    }

    private int width() {
        return set.bits() / Byte.SIZE;
    }

    private void nibbles(int at) {
        for (int part = 0; part < even.length; part++) {
            code.vector(VMOVUPS, even[part], at(CODES, at + part * width()));
            code.shiftRight(odd[part], even[part], 4);
            code.vector(VPAND, even[part], even[part], lowNibbles());
            code.vector(VPAND, odd[part], odd[part], lowNibbles());
        }
        lookUp(even);
        lookUp(odd);
    }

    private void lookUp(Vector[] indexes) {
        if (!codes.codebook()) {
            return;
        }
        Vector table = constants.length > 0 ? constants[0] : free.getFirst();
        if (constants.length == 0) {
            code.vector(VMOVUPS, table, at(PARAMETERS, TileParameters.TABLE));
        }
        for (Vector index : indexes) {
            code.vector(VPSHUFB, index, table, index);
        }
    }

    /** Columns of 16 bytes become rows. First ints with four rows of the columns are brought together, then the bytes of each four of them are transposed. */
    private void transpose(int at) {
        if (set.bits() == 512) {
            ints(even[0], constants[0], at);
            ints(odd[0], constants[1], at);
        } else {
            ints(0, VPUNPCKLDQ, at);
            ints(1, VPUNPCKHDQ, at);
        }
        for (int part = 0; part < even.length; part++) {
            transposeBytes(even[part]);
            transposeBytes(odd[part]);
        }
    }

    /** The ints of all rows, 512 bits of memory being four columns. */
    private void ints(Vector to, Vector indexes, int at) {
        code.vector(VMOVUPS, to, at(CODES, at));
        code.vector(VPERMT2D, to, indexes, at(CODES, at + LINE));
    }

    /** The ints of half of the rows, 256 bits of memory being two columns. */
    private void ints(int part, Instruction unpack, int at) {
        Vector first = even[part];
        Vector low = free.getFirst();
        Vector high = free.getLast();
        code.vector(VMOVUPS, first, at(CODES, at));
        code.vector(unpack, first, first, at(CODES, at + width()));
        code.vector(VMOVUPS, high, at(CODES, at + 2 * width()));
        code.vector(unpack, high, high, at(CODES, at + 3 * width()));
        code.vector(VPUNPCKLQDQ, low, first, high);
        code.vector(VPUNPCKHQDQ, high, first, high);
        code.halves(even[part], low, high, false);
        code.halves(odd[part], low, high, true);
    }

    private void transposeBytes(Vector vector) {
        code.vector(VPSHUFB, vector, vector, at(PARAMETERS, TileParameters.TRANSPOSED));
        if (set.dotProducts()) {
            code.vector(VPXOR, vector, vector, at(PARAMETERS, TileParameters.SIGNS));
        }
    }
}

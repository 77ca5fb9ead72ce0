package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.kernel.tiles.TileParameters.LINE;
import static io.baseload.engine.platform.Assembler.Integer64.R10;
import static io.baseload.engine.platform.Assembler.Integer64.R8;
import static io.baseload.engine.platform.Assembler.Integer64.R9;
import static io.baseload.engine.platform.Assembler.Integer64.RAX;
import static io.baseload.engine.platform.Assembler.Integer64.RDI;
import static io.baseload.engine.platform.Assembler.Integer64.RSI;
import static io.baseload.engine.platform.Assembler.at;
import static io.baseload.engine.platform.Instruction.VMOVUPS;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Integer64;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.Prefetch;

/**
 * Writes the loops of a function over panels, spans of their blocks and blocks, whose addresses are in registers.
 *
 * @param requests whether weights are requested ahead
 * @param free a vector that nobody uses between blocks
 */
record PanelLoop(Assembler code, PanelLayout layout, boolean requests, Vector free) {
    static final Integer64 PARAMETERS = RDI;

    /** The codes of a block, and its scales. */
    static final Integer64 CODES = RAX;

    static final Integer64 SCALES = R10;

    /** The numbers that nested scales share. */
    static final Integer64 NESTED = R9;

    private static final Integer64 SPAN = RSI;
    private static final Integer64 BLOCKS = R8;

    /** Writes the function, with what is written at the beginning and at the end of each panel, and for each block. */
    void write(Runnable begin, Runnable block, Runnable end) {
        int panel = code.position();
        begin.run();
        code.load(NESTED, at(PARAMETERS, TileParameters.PANEL));
        code.load(CODES, at(PARAMETERS, TileParameters.SPANS));
        code.store(at(PARAMETERS, TileParameters.SPANS_LEFT), CODES);
        code.address(SPAN, at(PARAMETERS, TileParameters.SPAN_TABLE));
        int span = code.position();
        if (layout.scales().nested()) {
            readScales();
        }
        code.load(BLOCKS, at(SPAN, 0));
        code.load(CODES, at(SPAN, 8));
        code.add(CODES, at(PARAMETERS, TileParameters.PANEL));
        code.load(SCALES, at(SPAN, 16));
        code.add(SCALES, at(PARAMETERS, TileParameters.PANEL));
        int first = code.position();
        block.run();
        boolean nested = layout.scales().nested();
        code.add(CODES, nested ? layout.codeBytes() : layout.codeBytes() + layout.scaleBytes());
        code.add(SCALES, nested ? layout.scaleBytes() : layout.codeBytes() + layout.scaleBytes());
        code.loop(BLOCKS, first);
        code.add(SPAN, TileParameters.SPAN_BYTES);
        code.add(NESTED, layout.scales().nestedBytes());
        code.loop(at(PARAMETERS, TileParameters.SPANS_LEFT), span);
        end.run();
        code.load(CODES, at(PARAMETERS, TileParameters.PANEL_BYTES));
        code.addTo(at(PARAMETERS, TileParameters.PANEL), CODES);
        code.loop(at(PARAMETERS, TileParameters.PANELS), panel);
        code.returns();
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
        for (int at = 0; at < LINE; at += code.bytes()) {
            code.vector(VMOVUPS, free, at(SCALES, at));
        }
        code.add(SCALES, LINE);
        code.loop(BLOCKS, line);
    }

    /** Requests weights that are needed much later. */
    void requestAhead(int from, int bytes) {
        for (int line = 0; line < bytes && requests; line += LINE) {
            code.prefetch(at(CODES, from + line + Prefetch.BYTES_AHEAD));
        }
    }
}

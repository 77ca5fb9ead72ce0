package io.baseload.engine.kernel.tiles;

import static io.baseload.engine.kernel.tiles.PanelLoop.PARAMETERS;
import static io.baseload.engine.platform.Assembler.Integer64.RDX;
import static io.baseload.engine.platform.Assembler.at;

import io.baseload.engine.platform.Assembler;
import io.baseload.engine.platform.Assembler.Integer64;
import io.baseload.engine.platform.Assembler.Vector;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Packing;
import java.util.List;
import java.util.stream.IntStream;

/** Writes the machine code that unpacks panels for {@link UnpackedPanels}. */
final class UnpackCode {
    private static final Integer64 TO = RDX;

    private final Packing packing;
    private final Assembler code;
    private final Vector[] even;
    private final Vector[] odd;
    private final WeightCode weights;
    private final ScaleCode scales;
    private final PanelLoop loop;
    private int used;

    UnpackCode(VectorInstructions set, Packing packing) {
        this.packing = packing;
        code = new Assembler(set.bits());
        int parts = TileParameters.LINE / code.bytes();
        even = vectors(parts);
        odd = vectors(parts);
        List<Vector> free = List.of(vectors(2));
        Vector[] constants = vectors(WeightCode.constants(set, packing.codes()));
        weights = new WeightCode(code, set, packing.codes(), even, odd, free, constants);
        scales = new ScaleCode(code, packing.scales(), free);
        loop = new PanelLoop(code, PanelLayout.packed(packing), true, free.getFirst());
    }

    private Vector[] vectors(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Vector(used++)).toArray(Vector[]::new);
    }

    byte[] write() {
        weights.loadConstants();
        code.load(TO, at(PARAMETERS, TileParameters.OUT));
        loop.write(() -> {}, this::block, () -> {});
        return code.code();
    }

    private void block() {
        int bytes = packing.codeBytes() / packing.block() * WeightCode.COLUMNS;
        for (int at = 0; at < packing.codeBytes(); at += bytes) {
            loop.requestAhead(at, bytes);
            weights.read(at);
            store(even);
            store(odd);
        }
        for (int kind = 0; kind < (packing.scales().minimum() ? 2 : 1); kind++) {
            for (int part = 0; part < even.length; part++) {
                scales.read(even[part], part, kind);
            }
            store(even);
        }
    }

    private void store(Vector[] vectors) {
        for (int part = 0; part < vectors.length; part++) {
            code.store(at(TO, part * code.bytes()), vectors[part]);
        }
        code.add(TO, TileParameters.LINE);
    }
}

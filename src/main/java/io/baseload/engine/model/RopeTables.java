package io.baseload.engine.model;

import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling;
import io.baseload.engine.config.RopeScaling.LongRope;
import io.baseload.engine.kernel.Rotary;
import java.util.HashMap;
import java.util.Map;

/** The tables of cosines and sines that a model's layers rotate with; layers of one embedding share a table. */
final class RopeTables {
    private final Map<Rope, RopeTable> tables = new HashMap<>();
    private final RopeFrequencies frequencies;
    private final int positions;

    /** @param positions how many the tables have */
    RopeTables(RopeFrequencies frequencies, int positions) {
        this.frequencies = frequencies;
        this.positions = positions;
    }

    RopeTable table(Rope rope) {
        return tables.computeIfAbsent(rope, this::make);
    }

    private RopeTable make(Rope rope) {
        Rotary nearby = rotary(rope, false);
        if (rope.scaling() instanceof LongRope scaling && positions > scaling.original()) {
            return new RopeTable(nearby, rotary(rope, true), scaling.original());
        }
        return new RopeTable(nearby, nearby, Integer.MAX_VALUE);
    }

    private Rotary rotary(Rope rope, boolean far) {
        if (rope.bfloat16()) {
            return Rotary.inBfloat16(Rotary.Layout.HALVES, frequencies.of(rope, far), positions);
        }
        double magnitude = switch (rope.scaling()) {
            case RopeScaling.Yarn yarn -> yarn.magnitude();
            case LongRope scaling -> scaling.magnitude();
            default -> 1;
        };
        return Rotary.of(Rotary.Layout.HALVES, frequencies.of(rope, far), magnitude, positions);
    }
}

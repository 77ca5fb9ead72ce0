package io.baseload.engine.model;

import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling;
import io.baseload.engine.config.RopeScaling.LongRope;
import io.baseload.engine.kernel.Rotary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rotations of a step's rows in all layers; layers with the same embedding share one. */
final class RopeTables {
    private final Map<Rope, RopeTable> byRope = new HashMap<>();

    /** The same as a list, so that a step allocates no iterator. */
    private final List<RopeTable> tables = new ArrayList<>();

    private final RopeFrequencies frequencies;
    private final StepLimits limits;

    RopeTables(RopeFrequencies frequencies, StepLimits limits) {
        this.frequencies = frequencies;
        this.limits = limits;
    }

    RopeTable table(Rope rope) {
        return byRope.computeIfAbsent(rope, this::make);
    }

    /** Computes the cosines and sines of some rows. */
    void turn(Batch batch, int from, int to) {
        for (int i = 0; i < tables.size(); i++) {
            for (int row = from; row < to; row++) {
                tables.get(i).turn(batch, row);
            }
        }
    }

    private RopeTable make(Rope rope) {
        Rotary nearby = rotary(rope, false);
        RopeTable table = rope.scaling() instanceof LongRope scaling && limits.contextLength() > scaling.original()
                ? new RopeTable(nearby, rotary(rope, true), scaling.original())
                : new RopeTable(nearby, nearby, Integer.MAX_VALUE);
        tables.add(table);
        return table;
    }

    private Rotary rotary(Rope rope, boolean far) {
        if (rope.bfloat16()) {
            return Rotary.inBfloat16(Rotary.Layout.HALVES, frequencies.of(rope, far), limits.rows());
        }
        double magnitude = switch (rope.scaling()) {
            case RopeScaling.Yarn yarn -> yarn.magnitude();
            case LongRope scaling -> scaling.magnitude();
            default -> 1;
        };
        return Rotary.of(Rotary.Layout.HALVES, frequencies.of(rope, far), magnitude, limits.rows());
    }
}

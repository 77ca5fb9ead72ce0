package io.baseload.service.planner;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What a decode step's time is made of, in seconds. Reading and multiplying go on at the same time, the rest comes on top.
 *
 * @param readWeights from memory
 * @param readKv keys and values, from memory
 * @param multiply linear layers, with their weights in cache
 * @param attend attention, with keys and values in cache
 * @param barriers of the workers of a socket, or of all
 * @param collectives sums over all sockets, and the logits' way to one of them
 */
@JsonNaming(SnakeCaseStrategy.class)
public record StepTime(
        double readWeights, double readKv, double multiply, double attend, double barriers, double collectives) {
    static final String BANDWIDTH = "memory bandwidth (weights)";
    static final String KV_BANDWIDTH = "memory bandwidth (KV cache)";
    static final String KERNELS = "kernel rate";
    static final String BARRIERS = "barriers";
    static final String COLLECTIVES = "collectives over the link";

    double read() {
        return readWeights + readKv;
    }

    double compute() {
        return multiply + attend;
    }

    public double seconds() {
        return Math.max(read(), compute()) + barriers + collectives;
    }

    /** What limits the step: what it spends most time on, where of reading and computing only the slower one counts, because the other one is hidden behind it. */
    String bottleneck() {
        Map<String, Double> parts = new LinkedHashMap<>();
        if (read() >= compute()) {
            parts.put(BANDWIDTH, readWeights);
            parts.put(KV_BANDWIDTH, readKv);
        } else {
            parts.put(KERNELS, compute());
        }
        parts.put(BARRIERS, barriers);
        parts.put(COLLECTIVES, collectives);
        return Collections.max(parts.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    /** What would limit the step if that were no more: of two that overlap the other one, or what comes on top, if that takes longer. */
    String next() {
        boolean reading = read() >= compute();
        double hidden = reading ? compute() : read();
        String other = reading ? KERNELS : readWeights >= readKv ? BANDWIDTH : KV_BANDWIDTH;
        double top = Math.max(barriers, collectives);
        return hidden >= top ? other : barriers >= collectives ? BARRIERS : COLLECTIVES;
    }
}

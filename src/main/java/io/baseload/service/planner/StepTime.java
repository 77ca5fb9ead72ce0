package io.baseload.service.planner;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The parts of a decode step's time, in seconds. Reading and multiplying overlap, the rest is added.
 *
 * @param readWeights from memory
 * @param readKv keys and values, from memory
 * @param multiply linear layers, with their weights in cache
 * @param attend attention, with keys and values in cache
 * @param barriers of the workers of a socket, or of all
 * @param collectives sums over all sockets, and the transfer of the logits to one of them
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

    /** The bottleneck of the step: its largest part. Of reading and computing only the slower one counts, because it hides the other one. */
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

    /** The bottleneck if that part took no time: of two that overlap the other one, or one of the added parts, if that takes longer. */
    String next() {
        boolean reading = read() >= compute();
        double hidden = reading ? compute() : read();
        String other = reading ? KERNELS : readWeights >= readKv ? BANDWIDTH : KV_BANDWIDTH;
        double top = Math.max(barriers, collectives);
        return hidden >= top ? other : barriers >= collectives ? BARRIERS : COLLECTIVES;
    }
}

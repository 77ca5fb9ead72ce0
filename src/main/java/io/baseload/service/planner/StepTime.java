package io.baseload.service.planner;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The parts of a decode step's time, in seconds. Within a matrix, and within attention, reading and multiplying overlap; operators are separated by barriers, so nothing else
 * overlaps.
 *
 * @param readWeights from memory
 * @param readKv keys and values, from memory
 * @param multiply linear layers, with their weights in cache
 * @param attend attention, with keys and values in cache
 * @param linear the sum over matrices of the slower of reading and multiplying; on a measured machine the kernels' own time with weights where the model's are, in memory or in caches; it can be longer than both
 * @param barriers of the workers of a socket, or of all
 * @param collectives sums over all sockets, and the transfer of the logits to one of them
 */
@JsonNaming(SnakeCaseStrategy.class)
public record StepTime(
        double readWeights,
        double readKv,
        double multiply,
        double attend,
        double linear,
        double barriers,
        double collectives) {
    static final String BANDWIDTH = "memory bandwidth (weights)";
    static final String KV_BANDWIDTH = "memory bandwidth (KV cache)";
    static final String KERNELS = "kernel rate";
    static final String BARRIERS = "barriers";
    static final String COLLECTIVES = "collectives over the link";

    double read() {
        return readWeights + readKv;
    }

    public double seconds() {
        return linear + attention() + barriers + collectives;
    }

    private double attention() {
        return Math.max(readKv, attend);
    }

    /** The bottleneck of the step: its largest part. Linear layers count for the slower of reading and multiplying, attention likewise. */
    String bottleneck() {
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put(readWeights >= multiply ? BANDWIDTH : KERNELS, linear);
        parts.merge(readKv >= attend ? KV_BANDWIDTH : KERNELS, attention(), Double::sum);
        parts.put(BARRIERS, barriers);
        parts.put(COLLECTIVES, collectives);
        return Collections.max(parts.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    /** The bottleneck if that part took no time: the one that it hides. */
    String next() {
        return without(bottleneck()).bottleneck();
    }

    /** The same step on a machine without this limit. */
    private StepTime without(String limit) {
        boolean kernels = limit.equals(KERNELS);
        return new StepTime(
                limit.equals(BANDWIDTH) ? 0 : readWeights,
                limit.equals(KV_BANDWIDTH) ? 0 : readKv,
                kernels ? 0 : multiply,
                kernels ? 0 : attend,
                kernels ? readWeights : limit.equals(BANDWIDTH) ? multiply : linear,
                limit.equals(BARRIERS) ? 0 : barriers,
                limit.equals(COLLECTIVES) ? 0 : collectives);
    }
}

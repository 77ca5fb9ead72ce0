package io.baseload.engine.profile;

import io.baseload.engine.tensor.Codes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A class of work for which workers' time is counted. Linear layers are distinguished by their weights' format.
 *
 * @param index from 0, without gaps
 * @param label its name in reports and metrics
 */
public record Operator(int index, String label) {
    public static final Operator ATTENTION = new Operator(0, "attention");
    public static final Operator CONVOLUTION = new Operator(1, "convolution");

    /** Norms, rotary embedding, activations, sums: all element-wise operations, and storing keys and values. */
    public static final Operator NORMS_AND_ROTARY = new Operator(2, "norms and rotary");

    /** Choosing experts, gathering their rows, adding up their results. */
    public static final Operator ROUTING = new Operator(3, "routing");

    /** Choosing tokens and reporting them. */
    public static final Operator SAMPLING = new Operator(4, "sampling");

    /** Waiting for the other workers of the same step. */
    public static final Operator BARRIERS = new Operator(5, "barriers");

    /** Having nothing to do while one worker does work that can't be shared. */
    public static final Operator WAITING = new Operator(6, "waiting");

    /** Adding up the shards' parts. Waiting for them counts as {@link #BARRIERS}. */
    public static final Operator ALL_REDUCE = new Operator(7, "all-reduce");

    @SuppressWarnings("EnumOrdinal")
    private static final Operator[] LINEAR = Arrays.stream(Codes.values())
            .map(codes -> new Operator(
                    ALL_REDUCE.index + 1 + codes.ordinal(),
                    "linear " + codes.name().toLowerCase(Locale.ROOT)))
            .toArray(Operator[]::new);

    private static final List<Operator> ALL = all();

    /** Multiplication by weights of this kind. */
    @SuppressWarnings("EnumOrdinal") // a constant index, the same as long as the process runs
    public static Operator linear(Codes codes) {
        return LINEAR[codes.ordinal()];
    }

    /** Whether it is a kind of linear layer, of which a model has only some. */
    public boolean linear() {
        return index > ALL_REDUCE.index;
    }

    /** All operators by index. */
    public static List<Operator> values() {
        return ALL;
    }

    private static List<Operator> all() {
        List<Operator> all = new ArrayList<>(
                List.of(ATTENTION, CONVOLUTION, NORMS_AND_ROTARY, ROUTING, SAMPLING, BARRIERS, WAITING, ALL_REDUCE));
        all.addAll(Arrays.asList(LINEAR));
        return List.copyOf(all);
    }
}

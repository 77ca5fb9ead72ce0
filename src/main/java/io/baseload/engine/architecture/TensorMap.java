package io.baseload.engine.architecture;

import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.quant.RowSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The places of weights in a checkpoint: for each name of {@link io.baseload.engine.weights.Weights}, with # for its numbers, a rule that reads it. Immutable; families start from the maps
 * of {@link TensorNames}.
 */
public final class TensorMap {
    /** Reads a weight from the tensors of a checkpoint. */
    interface Rule {
        /** @param indices the numbers in the weight's name */
        RowSource get(CheckpointTensors tensors, int[] indices, int rows, int cols);
    }

    private final Map<String, Rule> rules;
    private final Set<String> ignored;

    private TensorMap(Map<String, Rule> rules, Set<String> ignored) {
        this.rules = rules;
        this.ignored = ignored;
    }

    static TensorMap empty() {
        return new TensorMap(Map.of(), Set.of());
    }

    /** A weight that is one tensor; each # in the tensor's name stands for a number. */
    TensorMap named(String weight, String tensor) {
        return with(weight, (tensors, indices, rows, cols) -> tensors.rows(filled(tensor, indices), rows, cols));
    }

    /** A weight and its bias, {@code weight} and {@code bias} below {@code tensor}. */
    TensorMap withBias(String weight, String tensor) {
        return named(weight, tensor + "weight").named(weight + ".bias", tensor + "bias");
    }

    /** Some rows of a tensor with {@code total} rows. */
    TensorMap slice(String weight, String tensor, int from, int total) {
        return with(
                weight,
                (tensors, indices, rows, cols) ->
                        tensors.rows(filled(tensor, indices), total, cols).slice(from, from + rows));
    }

    /** Queries, keys and values of each layer below each other in one tensor. */
    TensorMap queryKeyValue(String tensor, GroupedQuery attention) {
        return queryKeyValue(tensor, attention, "");
    }

    /** The same with their biases, {@code weight} and {@code bias} below {@code tensor}. */
    TensorMap queryKeyValueWithBias(String tensor, GroupedQuery attention) {
        return queryKeyValue(tensor + "weight", attention, "").queryKeyValue(tensor + "bias", attention, ".bias");
    }

    private TensorMap queryKeyValue(String tensor, GroupedQuery attention, String suffix) {
        int keys = attention.queryWidth();
        int values = keys + attention.kvWidth();
        int end = values + attention.kvWidth();
        return slice("layers.#.attention.query" + suffix, tensor, 0, end)
                .slice("layers.#.attention.key" + suffix, tensor, keys, end)
                .slice("layers.#.attention.value" + suffix, tensor, values, end);
    }

    /** Gate and up of each layer below each other in one tensor. */
    TensorMap gateUp(String tensor, Gated feedForward) {
        int width = feedForward.width();
        return slice("layers.#.feed_forward.gate", tensor, 0, 2 * width)
                .slice("layers.#.feed_forward.up", tensor, width, 2 * width);
    }

    TensorMap with(String weight, Rule rule) {
        var more = new HashMap<>(rules);
        more.put(weight, rule);
        return new TensorMap(more, ignored);
    }

    /** Changes the rule for a weight. */
    TensorMap changed(String weight, UnaryOperator<RowSource> change) {
        Rule rule = rule(weight);
        return with(weight, (tensors, indices, rows, cols) -> change.apply(rule.get(tensors, indices, rows, cols)));
    }

    /** An optional tensor that isn't needed. */
    TensorMap ignoring(String tensor) {
        var more = new HashSet<>(ignored);
        more.add(tensor);
        return new TensorMap(rules, more);
    }

    /** Optional tensors that aren't needed: all whose names begin with {@code prefix}. */
    TensorMap ignoringBelow(String prefix) {
        return ignoring(prefix + "*");
    }

    boolean ignores(String tensor) {
        return ignored.stream()
                        .anyMatch(name -> name.endsWith("*") && tensor.startsWith(name.substring(0, name.length() - 1)))
                || ignored.contains(tensor)
                || ignored.contains(tensor.replaceAll("(?<=\\.)\\d+(?=\\.)", "#"));
    }

    /** The names of all weights. */
    Set<String> weights() {
        return rules.keySet();
    }

    Rule rule(String weight) {
        Rule rule = rules.get(weight);
        if (rule == null) {
            throw new IllegalArgumentException("no family knows where " + weight + " is");
        }
        return rule;
    }

    /** A tensor's name with the numbers in place of each #. */
    static String filled(String template, int[] indices) {
        String name = template;
        for (int index : indices) {
            name = name.replaceFirst("#", Integer.toString(index));
        }
        return name;
    }
}

package io.baseload.engine.config;

/** How rotary embedding is stretched for contexts that are longer than those of the first training. */
public sealed interface RopeScaling {
    /** Not at all. */
    record None() implements RopeScaling {}

    /** Positions divided by a factor (Chen et al., 2023). */
    record Linear(double factor) implements RopeScaling {}

    /**
     * Each pair's frequency divided by its own number, as a weight of the model has them.
     *
     * @param weight the weight's name
     */
    record Stored(String weight) implements RopeScaling {}
}

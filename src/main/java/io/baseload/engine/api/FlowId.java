package io.baseload.engine.api;

/**
 * Who shares the engine fairly with others: requests of one flow queue behind each other, and flows are served in proportion to their weights.
 *
 * @param weight share against other flows that want the engine at the same time, 1 or more
 */
public record FlowId(String value, int weight, Urgency urgency) {
    /** Who goes first. */
    public enum Urgency {
        /** Somebody waits for the answer. */
        INTERACTIVE,
        /** Takes what interactive requests leave. */
        BATCH
    }

    public static final FlowId NONE = new FlowId("");

    public FlowId {
        if (weight < 1) {
            throw new IllegalArgumentException("weight must be 1 or more, not " + weight);
        }
    }

    /** An interactive flow of weight 1. */
    public FlowId(String value) {
        this(value, 1, Urgency.INTERACTIVE);
    }
}

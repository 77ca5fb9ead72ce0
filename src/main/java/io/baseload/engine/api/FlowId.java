package io.baseload.engine.api;

/**
 * The unit of fair sharing: requests of one flow queue behind each other, and flows are served in proportion to their weights.
 *
 * @param weight share relative to other flows that have requests at the same time, 1 or more
 */
public record FlowId(String value, int weight, Urgency urgency) {
    /** Which flows go first. */
    public enum Urgency {
        /** Someone is waiting for the answer. */
        INTERACTIVE,
        /** Gets the capacity that interactive requests leave. */
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

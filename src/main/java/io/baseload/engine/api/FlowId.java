package io.baseload.engine.api;

/** Who shares the engine fairly with others: requests of one flow queue behind each other, flows take turns. */
public record FlowId(String value) {
    public static final FlowId NONE = new FlowId("");
}

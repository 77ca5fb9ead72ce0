package io.baseload.engine.api;

/** What a model is for. */
public enum ModelTask {
    /** Continues a text; loaded by {@link Engine#load}. */
    GENERATE,
    /** Makes a vector of a text; loaded by {@link Engine#loadEncoder}. */
    EMBED,
    /** Says how relevant a document is to a query; loaded by {@link Engine#loadEncoder}. */
    RANK
}

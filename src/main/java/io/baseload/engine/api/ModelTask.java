package io.baseload.engine.api;

/** The task of a model. */
public enum ModelTask {
    /** Continues a text; loaded by {@link Engine#load}. */
    GENERATE,
    /** Computes a vector for a text; loaded by {@link Engine#loadEncoder}. */
    EMBED,
    /** Computes the relevance of a document to a query; loaded by {@link Engine#loadEncoder}. */
    RANK
}

package io.baseload.engine.config;

/** Which of a text's rows become its vector. */
public enum Pooling {
    /** The mean of all. */
    MEAN,
    /** The first one. */
    FIRST,
    /** The last one. */
    LAST
}

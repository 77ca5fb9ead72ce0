package io.baseload.engine.config;

/** How a text's rows become its vector. */
public enum Pooling {
    /** The mean of all rows. */
    MEAN,
    /** The first row. */
    FIRST,
    /** The last row. */
    LAST
}

package io.baseload.engine.model;

/** The weights of an attention or feed-forward layer, before memory for activations exists. */
interface BlockWeights {
    /** Creates the block that computes with them. */
    Block bind(Workspace workspace);

    /** The largest number of columns of its matrices. */
    int widest();
}

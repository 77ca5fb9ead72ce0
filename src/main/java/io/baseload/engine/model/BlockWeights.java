package io.baseload.engine.model;

/** The weights of an attention or feed-forward layer, before there is anything to compute in. */
interface BlockWeights {
    /** The block that computes with them. */
    Block bind(Workspace workspace);

    /** The most columns that one of its matrices has. */
    int widest();
}

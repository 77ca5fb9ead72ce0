package io.baseload.service.registry;

/** Where a model is. */
public enum ModelState {
    /** On disk. */
    STORED,
    /** On its way into memory. */
    LOADING,
    /** Answers. */
    LOADED,
    /** Finishes what runs, accepts nothing new, then leaves memory. */
    DRAINING,
    /** On disk; the last try to load it failed. */
    FAILED
}

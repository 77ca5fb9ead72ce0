package io.baseload.service.registry;

/** Whether a model is to be in memory, also after a restart, and who asked for that. */
enum Wanted {
    NO,
    /** An alias loaded it: it leaves when the last alias does. */
    BY_ALIAS,
    /** An operator loaded it: it stays until an operator unloads it. */
    BY_OPERATOR
}

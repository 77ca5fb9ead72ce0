package io.baseload.service.registry;

/** A model does not fit into memory next to the loaded ones; the message has the numbers. */
public final class NotEnoughMemoryException extends RuntimeException {
    private final boolean forEver;

    NotEnoughMemoryException(String model, long needed, long available, MemoryBudget budget, long loaded) {
        super(
                "The model '%s' needs %s of memory outside the heap, %s are free: %s in all, %s for the heap, %s in reserve, %s for loaded models."
                        .formatted(
                                model,
                                mib(needed),
                                mib(Math.max(0, available)),
                                mib(budget.limit()),
                                mib(budget.heap()),
                                mib(budget.reserve()),
                                mib(loaded)));
        this.forEver = needed > available + loaded;
    }

    /** Whether it would not fit even alone. */
    boolean isForEver() {
        return forEver;
    }

    private static String mib(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }
}

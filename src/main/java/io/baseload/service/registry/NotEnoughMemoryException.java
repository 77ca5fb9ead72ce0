package io.baseload.service.registry;

import static io.baseload.engine.api.MemoryBudget.mib;

import io.baseload.engine.api.MemoryBudget;

/** A model does not fit into memory next to the loaded ones; the message has the numbers. */
public final class NotEnoughMemoryException extends RuntimeException {
    private final boolean forEver;

    private NotEnoughMemoryException(String model, long needed, long available, MemoryBudget budget, long loaded) {
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

    /**
     * Checks that a model fits next to the loaded ones.
     *
     * @throws NotEnoughMemoryException if it does not
     */
    static void check(String model, long needed, MemoryBudget budget, long loaded) {
        long available = budget.available(loaded);
        if (needed > available) {
            throw new NotEnoughMemoryException(model, needed, available, budget, loaded);
        }
    }

    /** Whether it would not fit even alone. */
    boolean isForEver() {
        return forEver;
    }
}

package io.baseload.service.registry;

import static io.baseload.engine.api.MemoryBudget.mib;

import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;

/** A model does not fit into memory next to the loaded ones; the message has the numbers. */
public final class NotEnoughMemoryException extends RuntimeException {
    private final boolean forEver;

    private NotEnoughMemoryException(String message, boolean forEver) {
        super(message);
        this.forEver = forEver;
    }

    /**
     * Checks that a model fits next to the loaded ones.
     *
     * @throws NotEnoughMemoryException if it does not
     */
    static void check(String model, MemoryEstimate needed, MemoryBudget budget, MemoryEstimate loaded) {
        boolean forEver = budget.refusal(needed, MemoryEstimate.NONE).isPresent();
        String subject = "The model '" + model + "'";
        checkNative(subject, needed, budget, loaded, forEver);
        budget.heapRefusal(needed, loaded).ifPresent(why -> {
            throw new NotEnoughMemoryException(subject + " " + why + ".", forEver);
        });
    }

    /**
     * Checks that the machine can be measured next to the loaded models.
     *
     * @throws NotEnoughMemoryException if it can't
     */
    static void checkMeasurement(MemoryEstimate needed, MemoryBudget budget, MemoryEstimate loaded) {
        boolean forEver = budget.refusal(needed, MemoryEstimate.NONE).isPresent();
        String subject = "The measurement of this machine";
        checkNative(subject, needed, budget, loaded, forEver);
        if (budget.heapRefusal(needed, loaded).isPresent()) {
            throw new NotEnoughMemoryException(
                    "%s needs %s of heap: too much beside %s for loaded models, with two thirds of %s for both."
                            .formatted(
                                    subject, mib(needed.activations()), mib(loaded.activations()), mib(budget.heap())),
                    forEver);
        }
    }

    private static void checkNative(
            String subject, MemoryEstimate needed, MemoryBudget budget, MemoryEstimate loaded, boolean forEver) {
        long available = budget.available(loaded.total());
        if (needed.total() > available) {
            throw new NotEnoughMemoryException(
                    "%s needs %s of memory outside the heap, %s are free: %s in all, %s for the heap, %s in reserve, %s for loaded models."
                            .formatted(
                                    subject,
                                    mib(needed.total()),
                                    mib(Math.max(0, available)),
                                    mib(budget.limit()),
                                    mib(budget.heap()),
                                    mib(budget.reserve()),
                                    mib(loaded.total())),
                    forEver);
        }
    }

    /** Whether it would not fit even alone. */
    boolean isForEver() {
        return forEver;
    }
}

package io.baseload.service.inference;

import io.baseload.engine.api.Lease;
import java.util.function.BooleanSupplier;

/**
 * The lease of one answer of a request.
 *
 * @param tokens grants tokens as far as they are reserved
 * @param ended whether it must stop for another reason
 * @param wanted whether anybody waits for it
 */
record RequestLease(Lease tokens, BooleanSupplier ended, BooleanSupplier wanted) implements Lease {
    @Override
    public Answer ask(int produced) {
        return ended.getAsBoolean() ? Answer.END : tokens.ask(produced);
    }

    @Override
    public boolean isWanted() {
        return wanted.getAsBoolean();
    }
}

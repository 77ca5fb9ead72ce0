package io.baseload.cli;

import io.baseload.engine.api.Lease;
import io.baseload.engine.api.Usage;

/** Records when tokens arrive. The engine asks a lease before each step, which is as soon as the previous token has arrived. */
final class TokenTimer implements Lease {
    private final long start = System.nanoTime();
    private volatile long first;
    private volatile long last;

    @Override
    public Answer ask(int produced) {
        long now = System.nanoTime();
        if (produced <= 1) {
            first = now;
        }
        last = now;
        return Answer.GO;
    }

    /** The rates of an answer that has ended; the lease isn't asked for the last token, so it counts up to now. */
    Pace pace(Usage usage) {
        long end = System.nanoTime();
        boolean asked = last > 0;
        return Pace.of(usage.prompt(), usage.completion() - 1, start, asked ? first : end, end);
    }
}

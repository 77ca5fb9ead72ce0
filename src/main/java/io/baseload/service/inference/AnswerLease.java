package io.baseload.service.inference;

import io.baseload.engine.api.Lease;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** How far one answer may go: as many tokens as are reserved for it. More are asked for ahead of need, so that decoding rarely waits. */
final class AnswerLease implements Lease, Funds.Extension {
    /** Tokens reserved for an answer whose length nobody named, and added each time they run out. */
    static final int STEP = 256;

    private static final int AHEAD = STEP / 2;

    private final Funds funds;
    private final int maxTokens;
    private final IntConsumer progress;
    private final AtomicInteger granted;
    private volatile boolean asking;
    private volatile boolean refused;

    /** @param progress hears how many tokens the answer has, before each step */
    AnswerLease(Funds funds, int granted, int maxTokens, IntConsumer progress) {
        this.funds = funds;
        this.granted = new AtomicInteger(granted);
        this.maxTokens = maxTokens;
        this.progress = progress;
    }

    @Override
    public Answer ask(int produced) {
        progress.accept(produced);
        if (funds.isOver()) {
            return Answer.END;
        }
        int reserved = granted.get();
        if (reserved < maxTokens && produced + AHEAD >= reserved && !asking && !refused) {
            asking = true; // only the engine's thread comes here
            funds.request(Math.min(STEP, maxTokens - reserved), this);
        }
        if (produced < granted.get()) {
            return Answer.GO;
        }
        return refused || granted.get() >= maxTokens ? Answer.END : Answer.WAIT;
    }

    @Override
    public void granted(int tokens) {
        granted.addAndGet(tokens);
        asking = false;
    }

    @Override
    public void refused() {
        refused = true;
        asking = false;
    }
}

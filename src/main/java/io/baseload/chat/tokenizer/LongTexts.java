package io.baseload.chat.tokenizer;

import io.baseload.chat.background.FairExecutor;
import io.baseload.engine.api.FlowId;
import java.util.function.Supplier;

/**
 * Has long texts tokenized on threads of their own, where flows take turns. Requests run on virtual threads: there a long text would keep its carrier, of which there are as many as
 * processors, from all streams that have something to send.
 */
public final class LongTexts {
    /** The most characters of a short text, which takes some milliseconds. */
    public static final int MAX_SHORT_CHARACTERS = 16 << 10;

    private static final FairExecutor EXECUTOR =
            new FairExecutor("baseload-tokenizer", "long texts are being tokenized", 1000);

    private LongTexts() {}

    /**
     * Runs the tokenizing of texts: on this thread if they are short, otherwise when it is the flow's turn.
     *
     * @param characters number of characters of all texts
     * @throws io.baseload.engine.api.OverloadedException if too many long texts of this flow are waiting
     */
    public static <T> T read(FlowId flow, long characters, Supplier<T> tokenizing) {
        return characters <= MAX_SHORT_CHARACTERS ? tokenizing.get() : EXECUTOR.call(flow.value(), tokenizing);
    }
}

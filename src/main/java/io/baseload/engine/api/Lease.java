package io.baseload.engine.api;

/** The limit of a generation, which its payer can extend while it runs. */
@FunctionalInterface
public interface Lease {
    enum Answer {
        /** Decode another token. */
        GO,
        /** Not yet: this sequence is left out of the step. */
        WAIT,
        /** No more: the answer ends with {@link FinishReason#LENGTH}. */
        END
    }

    /**
     * Whether another token may be decoded after {@code produced} tokens. Called by the engine's thread before each step; must not block.
     *
     * @param produced tokens that this generation has decoded so far
     */
    Answer ask(int produced);

    /** Whether anybody still waits for the answer. Asked by the thread that starts a generation elsewhere, until the answer begins; must not block. */
    default boolean isWanted() {
        return true;
    }

    static Lease unlimited() {
        return produced -> Answer.GO;
    }
}

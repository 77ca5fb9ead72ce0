package io.baseload.engine.api;

/** How far a generation may go; moved by whoever pays for it. */
@FunctionalInterface
public interface Lease {
    enum Answer {
        /** Decode another token. */
        GO,
        /** Not yet: leave this sequence out of the step. */
        WAIT,
        /** No more: the answer ends with {@link FinishReason#LENGTH}. */
        END
    }

    /**
     * May another token be decoded after {@code produced}? Asked by the engine's thread before each step; must not block.
     *
     * @param produced tokens that this generation has decoded so far
     */
    Answer ask(int produced);

    static Lease unlimited() {
        return produced -> Answer.GO;
    }
}

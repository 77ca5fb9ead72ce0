package io.baseload.engine.schedule;

/**
 * How much a model's requests may have.
 *
 * @param contextLength tokens of one sequence
 * @param maxSequences sequences that share a step
 * @param maxQueued requests of one flow that may wait beyond those
 * @param prefillChunk prompt rows of a step
 * @param speculation whether tokens may be computed before they are chosen
 */
public record BatcherLimits(int contextLength, int maxSequences, int maxQueued, int prefillChunk, boolean speculation) {
    /** Sequences that may hold pages: beyond those that share a step there is room for flows that have less than their part of it. */
    int residents() {
        return 2 * maxSequences;
    }

    /** Requests of one flow that may run and wait. */
    public int places() {
        return maxSequences + maxQueued;
    }

    /** Rows that a step can have. */
    public int rows() {
        return prefillChunk + maxSequences * StepPlanner.REPLAY;
    }

    /** Rows that a step computes logits for. */
    public int logits() {
        return StepPlanner.PROMPT_LOGITS + maxSequences;
    }
}

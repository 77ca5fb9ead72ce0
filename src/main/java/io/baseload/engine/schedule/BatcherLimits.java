package io.baseload.engine.schedule;

/**
 * Limits of a model's requests and steps.
 *
 * @param contextLength the most tokens of one sequence
 * @param maxSequences the most sequences that share a step
 * @param maxQueued the most waiting requests of one flow
 * @param prefillChunk the most prompt rows of a step
 * @param speculation whether tokens may be computed before they are chosen
 */
public record BatcherLimits(int contextLength, int maxSequences, int maxQueued, int prefillChunk, boolean speculation) {
    /** The most sequences with pages: more than share a step, for flows that have less than their share of it. */
    int residents() {
        return 2 * maxSequences;
    }

    /** The most requests of one flow, running and waiting. */
    public int places() {
        return maxSequences + maxQueued;
    }

    /** The most rows of a step. */
    public int rows() {
        return prefillChunk + maxSequences * StepPlanner.MAX_REPLAYED;
    }

    /** The most rows of a step with logits. */
    public int logits() {
        return StepPlanner.MAX_PROMPT_LOGITS + maxSequences;
    }
}

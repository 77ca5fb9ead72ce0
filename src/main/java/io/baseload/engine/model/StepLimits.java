package io.baseload.engine.model;

/**
 * How much a loaded model computes at once.
 *
 * @param contextLength tokens of one sequence
 * @param rows rows of a step
 * @param chunks prompts that a step computes a chunk of
 * @param logits rows of a step that logits are computed for
 * @param workers threads that compute it
 */
public record StepLimits(int contextLength, int rows, int chunks, int logits, int workers) {
    StepLimits withWorkers(int count) {
        return new StepLimits(contextLength, rows, chunks, logits, count);
    }
}

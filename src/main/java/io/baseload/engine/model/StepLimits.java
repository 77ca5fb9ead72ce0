package io.baseload.engine.model;

/**
 * The size of a loaded model's steps.
 *
 * @param contextLength the most tokens of one sequence
 * @param rows the most rows of a step
 * @param chunks the most chunks of prompts in a step
 * @param logits the most rows of a step with logits
 * @param workers the number of workers
 */
public record StepLimits(int contextLength, int rows, int chunks, int logits, int workers) {
    StepLimits withWorkers(int count) {
        return new StepLimits(contextLength, rows, chunks, logits, count);
    }
}

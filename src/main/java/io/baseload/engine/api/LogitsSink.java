package io.baseload.engine.api;

/**
 * A sink that gets the whole distribution after each token of the prompt, for tools that evaluate a model. For requests with {@link GenerationRequest#promptLogprobs}; {@link #prompt} is not
 * called then.
 */
public interface LogitsSink extends TokenSink {
    /**
     * The logits for the token after {@code position} of the prompt. Called once for each position but the last, in order.
     *
     * @param logits contains one number for each token of the vocabulary, from index {@code from} on; valid during the call
     */
    void logits(int position, float[] logits, int from);
}

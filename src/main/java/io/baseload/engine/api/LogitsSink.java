package io.baseload.engine.api;

/**
 * A sink that looks at the whole distribution after each token of the prompt, as tools do that measure a model. For requests with {@link
 * GenerationRequest#promptLogprobs}; {@link #prompt} is not called then.
 */
public interface LogitsSink extends TokenSink {
    /**
     * The logits of what follows the prompt's token at {@code position}; called once for each position but the last, in order.
     *
     * @param logits those from {@code from} on are meant, as many as the vocabulary has tokens; valid during the call
     */
    void logits(int position, float[] logits, int from);
}

package io.baseload.service.openai;

/** Limits that are lower than those of the OpenAI API, so that one request can't fill the engine's queue. */
final class Limits {
    /** Choices for each prompt: as many as the engine decodes in one step. */
    static final int MAX_CHOICES = 8;
    /** Answers that are generated for one request: prompts × the larger of n and best_of. */
    static final int MAX_ANSWERS = 32;

    /** Texts of one request to an encoder, as in the OpenAI API. */
    static final int MAX_TEXTS = 2048;

    private Limits() {}
}

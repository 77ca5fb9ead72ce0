package io.baseload.ai;

/** The application asks for the in-process chat model and names no model file. */
public final class ModelNotConfiguredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ModelNotConfiguredException() {
        super("no model file: set " + BaseloadChatProperties.PREFIX
                + ".model to the path of a GGUF file, for example " + BaseloadChatProperties.PREFIX
                + ".model=/models/SmolLM2-135M-Instruct.Q4_1.gguf");
    }
}

package io.baseload.chat.template;

/** A template that can't be compiled: the model file's fault. */
public final class TemplateSyntaxException extends RuntimeException {
    TemplateSyntaxException(int line, String problem) {
        super("chat template, line " + line + ": " + problem);
    }
}

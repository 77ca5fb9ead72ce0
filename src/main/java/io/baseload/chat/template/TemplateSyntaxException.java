package io.baseload.chat.template;

/** A template that can't be compiled, which is an error in the model's files. */
public final class TemplateSyntaxException extends RuntimeException {
    TemplateSyntaxException(int line, String problem) {
        super("chat template, line " + line + ": " + problem);
    }
}

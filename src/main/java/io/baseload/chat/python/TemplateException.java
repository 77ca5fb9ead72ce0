package io.baseload.chat.python;

/** A template that can't be rendered with these variables: it refused them, they have the wrong type, or it exceeded its limits. */
public final class TemplateException extends RuntimeException {
    private final boolean raised;

    private TemplateException(String message, boolean raised) {
        super(message);
        this.raised = raised;
    }

    public TemplateException(String message) {
        this(message, false);
    }

    /** The exception of {@code raise_exception(message)}. */
    public static TemplateException raisedByTemplate(String message) {
        return new TemplateException(message, true);
    }

    /** Whether the template itself refused, with its author's message. */
    public boolean raised() {
        return raised;
    }
}

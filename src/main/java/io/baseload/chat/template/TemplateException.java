package io.baseload.chat.template;

/** A template that can't be rendered with the variables at hand: it refused them, they are of the wrong kind, or it ran out of its bounds. */
public final class TemplateException extends RuntimeException {
    private final boolean raised;

    private TemplateException(String message, boolean raised) {
        super(message);
        this.raised = raised;
    }

    TemplateException(String message) {
        this(message, false);
    }

    /** What {@code raise_exception(message)} throws. */
    static TemplateException raisedByTemplate(String message) {
        return new TemplateException(message, true);
    }

    /** Whether the template itself refused, in its author's words. */
    public boolean raised() {
        return raised;
    }
}

package io.baseload.chat.api;

import java.util.Locale;

/** Why an answer is complete. */
public enum StopReason {
    /** The model ended it, or a stop text did. */
    STOP,
    /** The request's maximum, the end of the context, or the end of the lease; a call or a JSON text may be cut off. */
    LENGTH,
    /** The answer is one or more complete calls. */
    TOOL_CALLS,
    /** It was ended by a filter, here or elsewhere. */
    CONTENT_FILTER;

    /** The name in the OpenAI API. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.baseload.chat.api;

/** Why an answer is complete, with the names of the OpenAI API. */
public enum StopReason {
    /** The model ended it, or a stop text did. */
    STOP,
    /** The request's maximum, the end of the context, or the end of the lease; a call or a JSON text may be cut off. */
    LENGTH,
    /** The answer is one or more complete calls. */
    TOOL_CALLS,
    /** It was ended by a filter, here or elsewhere. */
    CONTENT_FILTER
}

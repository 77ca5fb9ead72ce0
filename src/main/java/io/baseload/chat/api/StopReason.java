package io.baseload.chat.api;

/** Why an answer is complete, in the words of the OpenAI wire. */
public enum StopReason {
    /** The model ended it, or a stop text did. */
    STOP,
    /** The request's maximum, the context's end, or the end of the lease; a call or a JSON text may be cut. */
    LENGTH,
    /** The answer is one or more complete calls. */
    TOOL_CALLS,
    /** A filter of whoever computed the answer ended it. */
    CONTENT_FILTER
}

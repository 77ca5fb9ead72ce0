package io.baseload.service.protocol;

/** A route whose requests may also come as lines of a batch. */
public interface BatchRoute {
    /** Such as {@code /v1/embeddings}. */
    String path();

    /**
     * Answers a request in one piece, after all interactive requests.
     *
     * @throws RuntimeException that {@link io.baseload.service.web.Failures} maps to an answer, if it is refused
     */
    BatchAnswer answer(RequestContext context, byte[] body);
}

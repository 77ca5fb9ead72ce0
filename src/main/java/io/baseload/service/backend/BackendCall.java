package io.baseload.service.backend;

/**
 * A request to a backend: which of its models is asked, and for whom.
 *
 * @param owner as {@link io.baseload.engine.api.FlowId} names it
 */
record BackendCall(Backend.Offer model, String owner) {}

package io.baseload.service.routing;

/** When a service that starts is ready. At least one model has to answer, unless none is wanted, or all are loaded on request. */
public enum Readiness {
    /** When each wanted model is loaded, could not be, or is known not to fit: a new process replaces an old one without a gap. */
    ALL,
    /** As soon as the first model answers: requests for the others get 503 until they are loaded. */
    FIRST
}

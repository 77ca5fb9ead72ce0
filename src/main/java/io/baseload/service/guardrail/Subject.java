package io.baseload.service.guardrail;

/**
 * The context of texts.
 *
 * @param model the name in the request
 */
public record Subject(String requestId, String tenant, String model, Side side) {}

package io.baseload.service.guardrail;

/**
 * Whose texts they are.
 *
 * @param model as it was asked for
 */
public record Subject(String requestId, String tenant, String model, Side side) {}

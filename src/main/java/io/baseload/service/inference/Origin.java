package io.baseload.service.inference;

/**
 * Where a request comes from, for the audit trail.
 *
 * @param requestId the {@code x-request-id} of the HTTP request
 * @param address the client's
 */
public record Origin(String requestId, String address) {}

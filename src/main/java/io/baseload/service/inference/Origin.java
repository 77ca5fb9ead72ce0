package io.baseload.service.inference;

/**
 * The origin of a request, for the audit trail.
 *
 * @param requestId the {@code x-request-id} of the HTTP request
 * @param address the client's
 */
public record Origin(String requestId, String address) {}

package io.baseload.service.quota;

/**
 * What a settlement added to what the tenant has used.
 *
 * @param late whether the reservation had been settled as lost before; the tokens are then those that were not counted yet
 */
public record Settlement(long promptTokens, long completionTokens, boolean late) {}

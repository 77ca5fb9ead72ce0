package io.baseload.service.quota;

import java.util.UUID;

/**
 * What a settlement added to what the tenant has used.
 *
 * @param late whether the reservation had been settled as lost before; the tokens are then those that were not counted yet
 */
public record Settlement(UUID reservation, long promptTokens, long completionTokens, boolean late) {}

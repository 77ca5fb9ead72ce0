package io.baseload.service.quota;

import java.util.UUID;

/**
 * How a reservation is to end.
 *
 * @param refunded whether the request was never begun: it then counts as none
 */
public record ReservationEnd(UUID reservation, long promptTokens, long completionTokens, boolean refunded) {}

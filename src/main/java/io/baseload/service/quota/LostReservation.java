package io.baseload.service.quota;

/**
 * A reservation whose holder is gone, settled with its prompt and the tokens that it last reported.
 *
 * @param milliseconds from the reservation to its discovery
 */
public record LostReservation(Reservation reservation, long completionTokens, long milliseconds) {}

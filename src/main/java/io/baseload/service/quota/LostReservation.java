package io.baseload.service.quota;

/**
 * A reservation whose holder is gone, settled with its prompt and the tokens it last told of.
 *
 * @param milliseconds from the reservation to the moment it was found
 */
public record LostReservation(Reservation reservation, long completionTokens, long milliseconds) {}

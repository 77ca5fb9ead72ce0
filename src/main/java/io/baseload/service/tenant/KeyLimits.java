package io.baseload.service.tenant;

import java.util.OptionalInt;
import java.util.Set;

/**
 * How often, and from which addresses, a key may be used.
 *
 * @param requestsPerMinute empty = as often as its tenant may
 * @param addresses ranges such as {@code 10.0.0.0/8} or single addresses; empty = from everywhere
 */
public record KeyLimits(OptionalInt requestsPerMinute, Set<String> addresses) {
    public static final KeyLimits NONE = new KeyLimits(OptionalInt.empty(), Set.of());

    /** Whether the other limits allow no more than these. A range within a range counts only if it is listed here itself. */
    boolean cover(KeyLimits other) {
        boolean asOften = requestsPerMinute.isEmpty()
                || (other.requestsPerMinute.isPresent()
                        && other.requestsPerMinute.getAsInt() <= requestsPerMinute.getAsInt());
        return asOften
                && (addresses.isEmpty() || (!other.addresses.isEmpty() && addresses.containsAll(other.addresses)));
    }
}

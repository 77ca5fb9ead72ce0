package io.baseload.service.tenant;

import java.util.List;
import java.util.OptionalLong;

/**
 * A customer of the service: keys, limits and usage belong to one.
 *
 * @param id matches {@link #ID}
 * @param windows limits by calendar window, at most one for each period; a window left out is unlimited
 * @param maxConcurrent answers that may run or wait at the same time, at least 1
 * @param weight share of the engine against other tenants, 1 to 1000
 */
public record Tenant(String id, List<Window> windows, int maxConcurrent, int weight) {
    /** The form of an id. */
    public static final String ID = "[a-z0-9][a-z0-9._-]{0,62}";
    /** The tenant that is always there. */
    public static final String DEFAULT = "default";

    /** Tokens and requests in one calendar window; empty = unlimited. */
    public record Window(Period period, OptionalLong tokens, OptionalLong requests) {}
}

package io.baseload.service.quota;

import io.baseload.service.tenant.Period;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a tenant has used.
 *
 * @param windows the present calendar windows
 * @param requests answers that were begun in the time that was asked for and have ended
 */
public record TenantUsage(
        List<Window> windows, long requests, long promptTokens, long completionTokens, List<ByModel> byModel) {

    /**
     * @param limit tokens; empty = unlimited
     * @param used tokens that were settled
     * @param reserved tokens of requests that run
     */
    public record Window(Period period, Instant startsAt, OptionalLong limit, long used, long reserved) {}

    public record ByModel(String model, long requests, long promptTokens, long completionTokens) {}
}

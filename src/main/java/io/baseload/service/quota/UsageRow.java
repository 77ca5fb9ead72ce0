package io.baseload.service.quota;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/**
 * A sum over requests that have ended.
 *
 * @param of the values of the grouping
 * @param promptTokens including cached ones
 * @param cost empty if none of them had a price
 */
public record UsageRow(
        Map<UsageQuery.Column, String> of,
        long requests,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        Optional<BigDecimal> cost) {}

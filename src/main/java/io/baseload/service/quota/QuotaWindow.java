package io.baseload.service.quota;

import io.baseload.service.tenant.UsageBudget;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A calendar window: a budget and its usage.
 *
 * @param softTold the kinds of {@link SoftLimit} whose passing was reported
 */
record QuotaWindow(
        UsageBudget budget,
        Instant startsAt,
        long used,
        long reserved,
        long requests,
        BigDecimal usedCost,
        BigDecimal reservedCost,
        Set<String> softTold) {
    private static final int PERCENT = 100;

    Instant endsAt() {
        var start = startsAt.atOffset(ZoneOffset.UTC);
        return switch (budget.period()) {
            case MINUTE -> start.plusMinutes(1).toInstant();
            case HOUR -> start.plusHours(1).toInstant();
            case DAY -> start.plusDays(1).toInstant();
            case MONTH -> start.plusMonths(1).toInstant();
        };
    }

    /** Tokens used or reserved. */
    long gone() {
        return used + reserved;
    }

    BigDecimal goneCost() {
        return usedCost.add(reservedCost);
    }

    boolean refusesTokens(long tokens, boolean batch, Instant now) {
        return budget.tokens().isPresent()
                && gone() + tokens
                        > budget.tokens().getAsLong() - kept(budget.tokens().getAsLong(), batch, now);
    }

    boolean refusesRequest() {
        return budget.requests().isPresent() && requests + 1 > budget.requests().getAsLong();
    }

    boolean refusesCost(BigDecimal cost, boolean batch, Instant now) {
        return budget.cost().isPresent()
                && goneCost().add(cost).compareTo(leaving(budget.cost().get(), batch, now)) > 0;
    }

    /** Tokens of the limit that a batch request leaves to interactive ones. */
    long kept(long limit, boolean batch, Instant now) {
        return kept(BigInteger.valueOf(limit), batch, now).longValueExact();
    }

    private BigDecimal leaving(BigDecimal limit, boolean batch, Instant now) {
        var units = limit.movePointRight(Price.DECIMALS).toBigIntegerExact();
        return new BigDecimal(units.subtract(kept(units, batch, now)), Price.DECIMALS);
    }

    /** Rounded up: {@code limit × interactivePercent / 100 × time left / length}. */
    private BigInteger kept(BigInteger limit, boolean batch, Instant now) {
        if (!batch || budget.interactivePercent() == 0) {
            return BigInteger.ZERO;
        }
        var whole = BigInteger.valueOf(millis() * PERCENT);
        return limit.multiply(BigInteger.valueOf(left(now) * budget.interactivePercent()))
                .add(whole.subtract(BigInteger.ONE))
                .divide(whole);
    }

    private long left(Instant now) {
        return Math.clamp(Duration.between(now, endsAt()).toMillis(), 0, millis());
    }

    /** Its length. */
    private long millis() {
        return Duration.between(startsAt, endsAt()).toMillis();
    }

    /**
     * When a batch request will find the room that is kept from it now.
     *
     * @return the end of the window, or earlier
     */
    Instant roomFor(long tokens, boolean batch, Instant now) {
        if (!batch || budget.interactivePercent() == 0 || budget.tokens().isEmpty()) {
            return endsAt();
        }
        long limit = budget.tokens().getAsLong();
        long free = limit - gone() - tokens;
        if (free < 0) {
            return endsAt();
        }
        double kept = (double) free * PERCENT / ((double) limit * budget.interactivePercent()) * millis();
        var at = endsAt().minusMillis((long) kept);
        return at.isBefore(now) ? now : at;
    }

    /** After one more request. */
    QuotaWindow with(long tokens, BigDecimal cost) {
        return new QuotaWindow(
                budget, startsAt, used, reserved + tokens, requests + 1, usedCost, reservedCost.add(cost), softTold);
    }

    /** After it was reported that soft limits are passed. */
    QuotaWindow told(List<SoftLimit> passed) {
        var told = Stream.concat(softTold.stream(), passed.stream().map(SoftLimit::kind))
                .collect(Collectors.toUnmodifiableSet());
        return new QuotaWindow(budget, startsAt, used, reserved, requests, usedCost, reservedCost, told);
    }

    /** The soft limits that are passed, at most one of each kind. */
    List<SoftLimit> softLimits() {
        if (budget.softPercent().isEmpty()) {
            return List.of();
        }
        var percent = BigDecimal.valueOf(budget.softPercent().getAsInt(), 2);
        var passed = new ArrayList<SoftLimit>();
        budget.tokens().ifPresent(limit -> {
            if (reaches(BigDecimal.valueOf(gone()), BigDecimal.valueOf(limit), percent)) {
                passed.add(new SoftLimit(budget, startsAt, "tokens"));
            }
        });
        budget.requests().ifPresent(limit -> {
            if (reaches(BigDecimal.valueOf(requests), BigDecimal.valueOf(limit), percent)) {
                passed.add(new SoftLimit(budget, startsAt, "requests"));
            }
        });
        budget.cost().ifPresent(limit -> {
            if (reaches(goneCost(), limit, percent)) {
                passed.add(new SoftLimit(budget, startsAt, "cost"));
            }
        });
        return passed;
    }

    private static boolean reaches(BigDecimal gone, BigDecimal limit, BigDecimal percent) {
        return gone.compareTo(limit.multiply(percent)) >= 0;
    }
}

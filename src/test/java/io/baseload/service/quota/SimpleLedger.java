package io.baseload.service.quota;

import io.baseload.service.tenant.UsageBudget;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The expected decisions of the quota, computed by adding up all entries of each budget each time; of one tenant, within one month, with one price. */
final class SimpleLedger {
    private static final BigDecimal PROMPT = new BigDecimal("0.0000031");
    private static final BigDecimal CACHED = new BigDecimal("0.0000007");
    private static final BigDecimal COMPLETION = new BigDecimal("0.000011000003");

    final List<UsageBudget> budgets = new ArrayList<>();
    private final Map<UUID, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> identities;
    int granted;
    int refused;
    boolean tightened;

    /** @param identities on whose behalf each key is used; those of the tenant are missing */
    SimpleLedger(Map<String, String> identities) {
        this.identities = identities;
    }

    private record Entry(Reservation reservation, boolean open, long tokens, BigDecimal cost) {}

    private record Sum(long tokens, long requests, BigDecimal cost) {}

    boolean reserve(Reservation wish) {
        var cost = cost(wish.promptTokens(), 0, wish.tokens() - wish.promptTokens());
        boolean room = budgets.stream()
                .filter(budget -> covers(budget, wish))
                .allMatch(budget -> holds(budget, wish.tokens(), 1, cost));
        if (room) {
            entries.put(wish.id(), new Entry(wish, true, wish.tokens(), cost));
            granted++;
        } else {
            refused++;
        }
        return room;
    }

    boolean extend(Reservation open, long tokens) {
        var cost = cost(0, 0, tokens);
        boolean room = budgets.stream()
                .filter(budget -> covers(budget, open))
                .allMatch(budget -> holds(budget, tokens, 0, cost));
        if (room) {
            entries.computeIfPresent(
                    open.id(), (id, entry) -> new Entry(open, true, entry.tokens + tokens, entry.cost.add(cost)));
        }
        return room;
    }

    void settle(Reservation open, Settlement end) {
        if (end.state() == Settlement.State.REFUSED) {
            entries.remove(open.id());
        } else {
            var cost = cost(end.promptTokens(), end.cachedTokens(), end.completionTokens());
            entries.put(open.id(), new Entry(open, false, end.promptTokens() + end.completionTokens(), cost));
        }
    }

    long tokens(Reservation open) {
        return Optional.ofNullable(entries.get(open.id())).orElseThrow().tokens;
    }

    @Nullable
    Reservation anyOpen(Random random) {
        var open = entries.values().stream().filter(Entry::open).toList();
        return open.isEmpty() ? null : open.get(random.nextInt(open.size())).reservation;
    }

    private boolean covers(UsageBudget budget, Reservation reservation) {
        var key = reservation.keyPrefix();
        return budget.scope().covers(key, identities.getOrDefault(key, ""), reservation.model());
    }

    private boolean holds(UsageBudget budget, long tokens, int requests, BigDecimal cost) {
        var sum = sum(budget);
        return (budget.tokens().isEmpty()
                        || sum.tokens + tokens <= budget.tokens().getAsLong())
                && (requests == 0
                        || budget.requests().isEmpty()
                        || sum.requests + requests <= budget.requests().getAsLong())
                && (budget.cost().isEmpty()
                        || sum.cost.add(cost).compareTo(budget.cost().get()) <= 0);
    }

    private Sum sum(UsageBudget budget) {
        var counted = entries.values().stream()
                .filter(entry -> covers(budget, entry.reservation))
                .toList();
        return new Sum(
                counted.stream().mapToLong(Entry::tokens).sum(),
                counted.size(),
                counted.stream().map(Entry::cost).reduce(BigDecimal.ZERO, BigDecimal::add));
    }

    private static BigDecimal cost(long prompt, long cached, long completion) {
        return PROMPT.multiply(BigDecimal.valueOf(prompt - cached))
                .add(CACHED.multiply(BigDecimal.valueOf(cached)))
                .add(COMPLETION.multiply(BigDecimal.valueOf(completion)));
    }
}

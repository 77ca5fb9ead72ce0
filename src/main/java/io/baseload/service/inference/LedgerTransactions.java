package io.baseload.service.inference;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.quota.Quota;
import io.baseload.service.quota.QuotaDecision;
import io.baseload.service.quota.QuotaDemand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.transaction.support.TransactionOperations;

/** Quota and audit in the same transactions. The audit trail comes last in each: its end is what all wait for. */
final class LedgerTransactions {
    private final Quota quota;
    private final AuditTrail audit;
    private final TransactionOperations transactions;

    LedgerTransactions(Quota quota, AuditTrail audit, TransactionOperations transactions) {
        this.quota = quota;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** Whether requests would find room now. Nothing is written. */
    List<QuotaDecision> check(List<QuotaDemand> demands) {
        return transactions.execute(status -> quota.check(demands));
    }

    /** Before the first token: reservations and intents. */
    List<QuotaDecision> reserve(List<Intent> intents) {
        return transactions.execute(status -> {
            var decisions =
                    quota.reserve(intents.stream().map(Intent::reservation).toList());
            var entries = new ArrayList<AuditTrail.NewEntry>();
            for (int i = 0; i < intents.size(); i++) {
                if (decisions.get(i) instanceof QuotaDecision.Granted granted) {
                    var intent = intents.get(i);
                    entries.add(intent.entry());
                    granted.passed().forEach(passed -> entries.add(intent.softLimit(passed)));
                }
            }
            append(entries);
            return decisions;
        });
    }

    /** After the last token: settlements and outcomes. Repeating it does no harm. */
    List<Boolean> settle(List<Outcome> outcomes) {
        var byId = outcomes.stream()
                .collect(Collectors.toMap(it -> it.reservation().id(), Function.identity(), (one, same) -> one));
        return transactions.execute(status -> {
            var settled =
                    quota.settle(byId.values().stream().map(Outcome::settlement).toList());
            append(settled.stream()
                    .map(it ->
                            Objects.requireNonNull(byId.get(it.reservation())).entry(it))
                    .toList());
            return outcomes.stream().map(outcome -> true).toList();
        });
    }

    /** More tokens for a running request; false if a limit leaves no room, or it was settled as lost. */
    boolean extend(UUID reservation, int tokens) {
        return Boolean.TRUE.equals(transactions.execute(status -> quota.extend(reservation, tokens)));
    }

    void progress(Map<UUID, Long> completionTokens) {
        transactions.executeWithoutResult(status -> quota.progress(completionTokens));
    }

    /**
     * Settles requests whose process is gone, with the outcome {@code lost}.
     *
     * @return how many it found
     */
    int lose(int limit) {
        return transactions.execute(status -> {
            var lost = quota.lose(limit);
            append(lost.stream()
                    .map(Outcome::lost)
                    .map(outcome -> outcome.entry(outcome.settlement()))
                    .toList());
            return lost.size();
        });
    }

    private void append(List<AuditTrail.NewEntry> entries) {
        if (!entries.isEmpty()) {
            audit.append(entries);
        }
    }
}

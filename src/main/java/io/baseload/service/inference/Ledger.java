package io.baseload.service.inference;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.CompletionRecord;
import io.baseload.service.quota.Claim;
import io.baseload.service.quota.Lost;
import io.baseload.service.quota.Quota;
import io.baseload.service.quota.QuotaSnapshot;
import java.util.List;
import java.util.UUID;
import org.springframework.transaction.support.TransactionOperations;

/** Quota and audit in the same transactions. The audit trail comes last in each: its head is what all wait for. */
final class Ledger {
    private final Quota quota;
    private final AuditTrail audit;
    private final TransactionOperations transactions;

    Ledger(Quota quota, AuditTrail audit, TransactionOperations transactions) {
        this.quota = quota;
        this.audit = audit;
        this.transactions = transactions;
    }

    /** Transaction 1, before the first token: reservation and intent. */
    QuotaSnapshot open(Claim claim, Ticket ticket, int answers) {
        return transactions.execute(status -> {
            var snapshot = quota.reserve(claim);
            record(
                    ticket,
                    new CompletionRecord.Intent(
                            ticket.reservation(), ticket.model(), (int) claim.promptTokens(), claim.tokens(), answers));
            return snapshot;
        });
    }

    /** Transaction 2, after the last token: settlement and outcome. Repeating it does no harm. */
    void settle(Ticket ticket, Ending ending) {
        var usage = ending.usage();
        transactions.executeWithoutResult(status -> quota.settle(
                        ticket.reservation(), usage.prompt(), usage.completion())
                .ifPresent(settled -> record(
                        ticket,
                        ticket.outcome(ending, settled.promptTokens(), settled.completionTokens(), settled.late()))));
    }

    /** Takes back a reservation whose question was never begun. Repeating it does no harm. */
    void refund(Ticket ticket) {
        transactions.executeWithoutResult(status -> {
            if (quota.refund(ticket.reservation())) {
                record(ticket, ticket.outcome(Ending.refused(), 0, 0, false));
            }
        });
    }

    /** More tokens for a running question; false if a limit leaves no room, or it was settled as lost. */
    boolean extend(UUID reservation, int tokens, int completionTokens) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            boolean extended = quota.extend(reservation, tokens, completionTokens);
            if (!extended) {
                status.setRollbackOnly();
            }
            return extended;
        }));
    }

    boolean renew(UUID reservation, int completionTokens) {
        return Boolean.TRUE.equals(transactions.execute(status -> quota.renew(reservation, completionTokens)));
    }

    List<UUID> abandoned(UUID process, boolean onlyExpired, int limit) {
        return quota.abandoned(process, onlyExpired, limit);
    }

    /** Settles a question whose process is gone, with the outcome {@code lost}. */
    void lose(UUID reservation) {
        transactions.executeWithoutResult(status -> quota.lose(reservation).ifPresent(this::recordLost));
    }

    void prune() {
        quota.prune();
    }

    private void recordLost(Lost lost) {
        var ticket = new Ticket(lost.id(), new Actor(lost.tenant(), lost.keyPrefix()), lost.model(), lost.requestId());
        record(
                ticket,
                new CompletionRecord.Outcome(
                        lost.id(),
                        lost.model(),
                        Ending.LOST,
                        lost.promptTokens(),
                        lost.completionTokens(),
                        List.of(),
                        lost.milliseconds(),
                        false));
    }

    private void record(Ticket ticket, CompletionRecord entry) {
        audit.append(ticket.actor(), entry.kind(), ticket.requestId(), entry.detail());
    }
}

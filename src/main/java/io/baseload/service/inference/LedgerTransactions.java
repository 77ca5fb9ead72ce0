package io.baseload.service.inference;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.CompletionRecord;
import io.baseload.service.quota.LostReservation;
import io.baseload.service.quota.Quota;
import io.baseload.service.quota.QuotaDecision;
import io.baseload.service.quota.QuotaWish;
import io.baseload.service.quota.Reservation;
import io.baseload.service.quota.ReservationEnd;
import io.baseload.service.quota.Settlement;
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

    /**
     * A request that wants to begin.
     *
     * @param alias the model's name as it was asked for
     */
    record Intent(Reservation reservation, String alias, String fingerprint, Origin origin) {}

    /** A request that has ended. */
    record Outcome(Reservation reservation, Ending ending) {
        ReservationEnd end() {
            var usage = ending.usage();
            return new ReservationEnd(
                    reservation.id(),
                    usage.prompt(),
                    usage.completion(),
                    ending.state().equals(Ending.REFUSED));
        }
    }

    /** Whether requests would find room now. Nothing is written. */
    List<QuotaDecision> foresee(List<QuotaWish> wishes) {
        return transactions.execute(status -> quota.foresee(wishes));
    }

    /** Before the first token: reservations and intents. */
    List<QuotaDecision> reserve(List<Intent> intents) {
        return transactions.execute(status -> {
            var decisions =
                    quota.reserve(intents.stream().map(Intent::reservation).toList());
            var records = new ArrayList<AuditTrail.NewEntry>();
            for (int i = 0; i < intents.size(); i++) {
                if (decisions.get(i) instanceof QuotaDecision.Granted) {
                    records.add(record(intents.get(i)));
                }
            }
            append(records);
            return decisions;
        });
    }

    /** After the last token: settlements and outcomes. Repeating it does no harm. */
    List<Boolean> settle(List<Outcome> outcomes) {
        var byId = outcomes.stream()
                .collect(Collectors.toMap(it -> it.reservation().id(), Function.identity(), (one, same) -> one));
        return transactions.execute(status -> {
            var settled = quota.settle(byId.values().stream().map(Outcome::end).toList());
            append(settled.stream()
                    .map(it -> record(Objects.requireNonNull(byId.get(it.reservation())), it))
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
            append(lost.stream().map(LedgerTransactions::record).toList());
            return lost.size();
        });
    }

    private void append(List<AuditTrail.NewEntry> records) {
        if (!records.isEmpty()) {
            audit.append(records);
        }
    }

    private static AuditTrail.NewEntry record(Intent intent) {
        var reservation = intent.reservation();
        var endUser = intent.origin().endUser();
        return record(
                reservation,
                new CompletionRecord.Intent(
                        reservation.id(),
                        reservation.model(),
                        intent.alias(),
                        intent.fingerprint(),
                        intent.origin().address(),
                        endUser.user(),
                        endUser.safetyIdentifier(),
                        reservation.promptTokens(),
                        reservation.tokens(),
                        reservation.answers()));
    }

    private static AuditTrail.NewEntry record(Outcome outcome, Settlement settled) {
        var reservation = outcome.reservation();
        var ending = outcome.ending();
        return record(
                reservation,
                new CompletionRecord.Outcome(
                        reservation.id(),
                        reservation.model(),
                        ending.state(),
                        settled.promptTokens(),
                        settled.completionTokens(),
                        ending.finishReasons(),
                        ending.milliseconds(),
                        settled.late()));
    }

    private static AuditTrail.NewEntry record(LostReservation lost) {
        var reservation = lost.reservation();
        return record(
                reservation,
                new CompletionRecord.Outcome(
                        reservation.id(),
                        reservation.model(),
                        Ending.LOST,
                        reservation.promptTokens(),
                        lost.completionTokens(),
                        List.of(),
                        lost.milliseconds(),
                        false));
    }

    private static AuditTrail.NewEntry record(Reservation reservation, CompletionRecord entry) {
        return new AuditTrail.NewEntry(
                new Actor(reservation.tenant(), reservation.keyPrefix()),
                entry.kind(),
                reservation.requestId(),
                entry.detail());
    }
}

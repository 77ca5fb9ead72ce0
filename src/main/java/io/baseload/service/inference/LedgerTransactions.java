package io.baseload.service.inference;

import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.Contents;
import io.baseload.service.contents.SealedContent;
import io.baseload.service.database.DatabaseFailures;
import io.baseload.service.database.Pipeline;
import io.baseload.service.database.SqlStatement;
import io.baseload.service.inference.RecentRequests.Started;
import io.baseload.service.quota.Quota;
import io.baseload.service.quota.QuotaDecision;
import io.baseload.service.quota.QuotaDemand;
import io.baseload.service.quota.Settlement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionOperations;

/** Quota, contents and audit in the same transactions. The audit trail comes last in each, because all transactions wait for its end. */
final class LedgerTransactions {
    private final Quota quota;
    private final Contents contents;
    private final AuditTrail audit;
    private final Pipeline pipeline;
    private final TransactionOperations transactions;

    LedgerTransactions(
            Quota quota, Contents contents, AuditTrail audit, Pipeline pipeline, TransactionOperations transactions) {
        this.quota = quota;
        this.contents = contents;
        this.audit = audit;
        this.pipeline = pipeline;
        this.transactions = transactions;
    }

    /** Whether requests would find room now. Nothing is written. */
    List<QuotaDecision> check(List<QuotaDemand> demands) {
        return quota.check(demands);
    }

    /**
     * Before the first token: reservations and intents.
     *
     * @return empty for those whose tenant somebody else has locked
     */
    List<Optional<QuotaDecision>> reserve(List<Intent> intents) {
        return transactions.execute(status -> {
            var writes = new ArrayList<SqlStatement>();
            var decisions =
                    quota.reserve(intents.stream().map(Intent::reservation).toList(), writes);
            var entries = new ArrayList<AuditTrail.NewEntry>();
            var prompts = new ArrayList<SealedContent>();
            for (int i = 0; i < intents.size(); i++) {
                if (decisions.get(i).orElse(null) instanceof QuotaDecision.Granted granted) {
                    var intent = intents.get(i);
                    entries.add(intent.entry());
                    intent.prompt().ifPresent(prompts::add);
                    granted.passed().forEach(passed -> entries.add(intent.softLimit(passed)));
                }
            }
            write(prompts, writes, entries);
            return decisions;
        });
    }

    /** A request whose intent can't be recorded, or whose contents should be kept but can't be, is not started, whatever the reason. Anything but an outage or a missing right is a bug. */
    private void write(List<SealedContent> prompts, List<SqlStatement> writes, List<AuditTrail.NewEntry> entries) {
        try {
            contents.storePrompts(prompts);
            end(writes, entries);
        } catch (DataAccessException e) {
            throw DatabaseFailures.isForbidden(e) ? new LedgerUnavailableException(e) : e;
        }
    }

    /** Ends the transaction. */
    private void end(List<SqlStatement> writes, List<AuditTrail.NewEntry> entries) {
        var last = new ArrayList<>(writes);
        if (!entries.isEmpty()) {
            last.add(AuditTrail.appending(entries));
        }
        pipeline.runAndCommit(last);
    }

    /**
     * After the last token: settlements and outcomes. Repeating it is harmless.
     *
     * @return whether they have ended now; false for those that had ended before, or whose reservation is missing; empty for those whose reservation somebody else has locked
     */
    List<Optional<Boolean>> settle(List<Outcome> outcomes) {
        var byId = outcomes.stream()
                .collect(Collectors.toMap(it -> it.reservation().id(), Function.identity(), (one, same) -> one));
        return transactions.execute(status -> {
            var writes = new ArrayList<SqlStatement>();
            var settled =
                    quota.settle(byId.values().stream().map(Outcome::settlement).toList(), writes);
            contents.storeAnswers(settled.settlements().stream()
                    .flatMap(it -> Objects.requireNonNull(byId.get(it.reservation())).answer().stream())
                    .toList());
            var entries = settled.settlements().stream()
                    .map(it ->
                            Objects.requireNonNull(byId.get(it.reservation())).entry(it))
                    .toList();
            end(writes, entries);
            var ended =
                    settled.settlements().stream().map(Settlement::reservation).collect(Collectors.toSet());
            return outcomes.stream()
                    .map(outcome -> outcome.reservation().id())
                    .map(id -> Optional.of(ended.contains(id))
                            .filter(done -> !settled.locked().contains(id)))
                    .toList();
        });
    }

    /**
     * Reserves anew, and records the intents again, where a failover to a standby that was behind has lost them.
     *
     * @return the reservations that were missing: now they are open, except those whose tenant somebody else has locked
     */
    Set<UUID> restore(List<Started> requests) {
        return transactions.execute(status -> {
            var missing = quota.missing(requests.stream().collect(Collectors.toMap(Started::reservation, Started::at)));
            if (missing.isEmpty()) {
                return missing;
            }
            var made = quota.restore(requests.stream()
                    .filter(one -> missing.contains(one.reservation()))
                    .collect(Collectors.toMap(one -> one.intent().reservation(), Started::at)));
            var lost = requests.stream()
                    .filter(one -> made.contains(one.reservation()))
                    .toList();
            write(
                    lost.stream().flatMap(one -> one.intent().prompt().stream()).toList(),
                    List.of(),
                    lost.stream().map(one -> one.intent().entry()).toList());
            return missing;
        });
    }

    /** More tokens for a running request; false if a limit leaves no room, or it was settled as lost. Fails if somebody else has locked the reservation. */
    boolean extend(UUID reservation, int tokens) {
        return Boolean.TRUE.equals(transactions.execute(status -> quota.extend(reservation, tokens)));
    }

    /**
     * The progress of running requests.
     *
     * @param answers the kept answers so far
     */
    void progress(Map<UUID, Long> completionTokens, List<SealedContent> answers) {
        transactions.executeWithoutResult(status -> {
            // an ended request has its whole answer stored, with a digest in the trail
            Set<UUID> open = quota.progress(completionTokens);
            contents.storeAnswers(answers.stream()
                    .filter(answer -> open.contains(answer.owner().reservation()))
                    .toList());
        });
    }

    /**
     * Settles requests whose process is gone, with the outcome {@code lost}.
     *
     * @return the number of requests found
     */
    int lose(int limit) {
        return transactions.execute(status -> {
            var lost = quota.lose(limit);
            var digests = contents.answerDigests(
                    lost.stream().map(it -> it.reservation().id()).toList());
            audit.append(lost.stream()
                    .map(Outcome::lost)
                    .map(outcome -> outcome.entry(
                            outcome.settlement(),
                            Optional.ofNullable(
                                    digests.get(outcome.reservation().id()))))
                    .toList());
            return lost.size();
        });
    }

    /** Blocked requests. */
    List<Boolean> record(List<AuditTrail.NewEntry> entries) {
        return transactions.execute(status -> {
            write(List.of(), List.of(), entries);
            return entries.stream().map(entry -> true).toList();
        });
    }
}

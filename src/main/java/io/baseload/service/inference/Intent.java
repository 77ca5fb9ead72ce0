package io.baseload.service.inference;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.SealedContent;
import io.baseload.service.guardrail.Verdict;
import io.baseload.service.quota.Reservation;
import io.baseload.service.quota.SoftLimit;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A request that is about to start.
 *
 * @param actor the caller
 * @param alias the model as named by the caller
 * @param fingerprint build and weights of the model that will answer
 * @param prompt the model's input, if the tenant wants it kept
 * @param verdicts of the tenant's filters on the request
 */
record Intent(
        Actor actor,
        Reservation reservation,
        String alias,
        EndUser endUser,
        String fingerprint,
        Origin origin,
        Optional<SealedContent> prompt,
        List<Verdict> verdicts) {
    private static final int VERSION = 2;

    Intent withoutPrompt() {
        return new Intent(actor, reservation, alias, endUser, fingerprint, origin, Optional.empty(), verdicts);
    }

    /** The size of its kept contents. */
    long bytes() {
        return prompt.map(SealedContent::bytes).orElse(0L);
    }

    /**
     * The audit entry before the first token; of contents it has at most a digest. {@code version} 2 added the member {@code version} and those after the model's id; earlier
     * entries have none of them.
     */
    AuditTrail.NewEntry entry() {
        var detail = new TreeMap<String, Object>();
        detail.put("version", VERSION);
        detail.put("reservation", reservation.id().toString());
        detail.put("model", reservation.model());
        detail.put("alias", alias);
        detail.put("fingerprint", fingerprint);
        detail.put("address", origin.address());
        endUser.user().ifPresent(name -> detail.put("user", name));
        endUser.safetyIdentifier().ifPresent(name -> detail.put("safety_identifier", name));
        detail.put("prompt_tokens", reservation.promptTokens());
        detail.put("reserved_tokens", reservation.tokens());
        detail.put("answers", reservation.answers());
        prompt.ifPresent(it -> detail.put(it.part().digestName(), HexFormat.of().formatHex(it.digest())));
        if (!verdicts.isEmpty()) {
            detail.put("guardrails", verdicts.stream().map(Verdict::described).toList());
        }
        return new AuditTrail.NewEntry(actor, AuditEntry.COMPLETION_INTENT, reservation.requestId(), detail);
    }

    /** The audit entry written once per window when a budget exceeds its soft limit. */
    AuditTrail.NewEntry softLimit(SoftLimit passed) {
        var budget = passed.budget();
        var detail = new TreeMap<String, Object>();
        detail.put("request_id", reservation.requestId());
        detail.put("limit", passed.kind());
        detail.put("percent", budget.softPercent().orElseThrow());
        detail.put("period", budget.period().wire());
        detail.put("starts_at", passed.startsAt().toString());
        if (!budget.scope().isTenant()) {
            detail.put(
                    budget.scope().isIdentity() ? "identity" : "key_prefix",
                    budget.scope().owner());
        }
        if (!budget.scope().model().isEmpty()) {
            detail.put("model", budget.scope().model());
        }
        return new AuditTrail.NewEntry(actor, AuditEntry.SOFT_LIMIT, "tenants/" + reservation.tenant(), detail);
    }
}

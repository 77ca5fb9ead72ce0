package io.baseload.service.inference;

import io.baseload.engine.api.Usage;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.ContentPart;
import io.baseload.service.contents.SealedContent;
import io.baseload.service.guardrail.Verdict;
import io.baseload.service.quota.LostReservation;
import io.baseload.service.quota.Reservation;
import io.baseload.service.quota.Settlement;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The end of a request.
 *
 * @param usage of the computed part
 * @param finishReasons of the completed answers, in the order of their index
 * @param milliseconds from the request to its end
 * @param answer the answers so far, if the tenant wants them kept
 * @param verdicts of the tenant's filters on the answers
 */
record Outcome(
        Reservation reservation,
        State state,
        Usage usage,
        List<String> finishReasons,
        long milliseconds,
        Optional<SealedContent> answer,
        List<Verdict> verdicts) {
    /** The name in the audit trail. */
    enum State {
        DONE,
        CANCELLED,
        FAILED,
        /** Refused by the engine; or it is unknown whether it was reserved at all. */
        REFUSED,
        /** Lost with the process that held it. */
        LOST;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Outcome refused(Reservation reservation) {
        return new Outcome(reservation, State.REFUSED, new Usage(0, 0), List.of(), 0, Optional.empty(), List.of());
    }

    static Outcome lost(LostReservation lost) {
        var reservation = lost.reservation();
        var usage = new Usage(Math.toIntExact(reservation.promptTokens()), Math.toIntExact(lost.completionTokens()));
        return new Outcome(reservation, State.LOST, usage, List.of(), lost.milliseconds(), Optional.empty(), List.of());
    }

    Outcome withoutAnswer() {
        return new Outcome(reservation, state, usage, finishReasons, milliseconds, Optional.empty(), verdicts);
    }

    /** The size of its kept contents. */
    long bytes() {
        return answer.map(SealedContent::bytes).orElse(0L);
    }

    /** How the quota has to end the reservation. A failure that costs nothing is no request either: another model may have answered it, or nobody. */
    Settlement settlement() {
        boolean free = state == State.FAILED && usage.total() == 0;
        var as = free || state == State.REFUSED ? Settlement.State.REFUSED : Settlement.State.SETTLED;
        return new Settlement(reservation.id(), usage.prompt(), usage.cached(), usage.completion(), as);
    }

    /**
     * The audit entry after the last token; of contents it has at most a digest.
     *
     * @param settled the quota's result: if the trail already says that the request was lost, only the tokens that were not counted yet
     */
    AuditTrail.NewEntry entry(Settlement settled) {
        return entry(settled, answer.map(SealedContent::digest));
    }

    /** The same for a request whose answer was already stored. */
    AuditTrail.NewEntry entry(Settlement settled, Optional<byte[]> answerDigest) {
        var detail = new TreeMap<String, Object>();
        detail.put("reservation", reservation.id().toString());
        detail.put("model", reservation.model());
        detail.put("state", state.word());
        detail.put("prompt_tokens", settled.promptTokens());
        detail.put("cached_tokens", settled.cachedTokens());
        detail.put("completion_tokens", settled.completionTokens());
        detail.put("finish_reasons", finishReasons);
        detail.put("milliseconds", milliseconds);
        answerDigest.ifPresent(digest ->
                detail.put(ContentPart.ANSWER.digestName(), HexFormat.of().formatHex(digest)));
        if (!verdicts.isEmpty()) {
            detail.put("guardrails", verdicts.stream().map(Verdict::described).toList());
        }
        if (usage.estimated()) {
            detail.put("counted", usage.completion() > 0 ? "by chunks" : "by bytes");
        }
        if (settled.state() == Settlement.State.CORRECTED) {
            detail.put("correction", true);
        }
        return new AuditTrail.NewEntry(
                new Actor(reservation.tenant(), reservation.keyPrefix()),
                AuditEntry.COMPLETION_OUTCOME,
                reservation.requestId(),
                detail);
    }
}

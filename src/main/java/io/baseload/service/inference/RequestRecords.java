package io.baseload.service.inference;

import io.baseload.chat.api.AbandonedException;
import io.baseload.engine.api.Usage;
import io.baseload.service.cluster.InstanceLease;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.ContentOwner;
import io.baseload.service.contents.Contents;
import io.baseload.service.contents.SealedContent;
import io.baseload.service.encryption.SealException;
import io.baseload.service.guardrail.Verdict;
import io.baseload.service.quota.QuotaDemand;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.quota.Reservation;
import io.baseload.service.quota.SoftLimit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records written before a request starts, whatever its kind. */
record RequestRecords(ReservationLedger ledger, Contents contents, InferenceMeters meters, Membership membership) {
    private static final Logger log = LoggerFactory.getLogger(RequestRecords.class);

    /**
     * Refuses a request that would find no room now, at little cost.
     *
     * @param least a lower bound for its tokens
     */
    void check(RequestHead request, int answers, long least) {
        ledger.check(request.demand(answers, Math.max(1, least), 0));
    }

    /**
     * The records of a request that may start.
     *
     * @param process holds the reservation
     * @param kept empty if its tenant doesn't want contents kept
     * @param quota the tenant's windows, with the reservation
     */
    record Reserved(Reservation reservation, InstanceLease process, Optional<KeptContents> kept, QuotaSnapshot quota) {}

    /**
     * Reserves; when this returns, the intent is in the audit trail.
     *
     * @param verdicts of the tenant's filters on the request
     * @param choices how many answers are kept, if they are
     * @param prompt encrypts the model's input, if it is kept
     * @throws LedgerUnavailableException if this process has no lease, or the tenant wants its contents kept, and they can't be
     */
    Reserved reserve(
            RequestHead request,
            QuotaDemand demand,
            List<Verdict> verdicts,
            int choices,
            Function<KeptContents, SealedContent> prompt) {
        var process = membership.lease();
        var reservation =
                Reservation.of(demand, process.instance(), request.origin().requestId());
        var kept = kept(reservation, request.endUser(), choices);
        var intent = new Intent(
                request.caller().actor(),
                reservation,
                request.alias(),
                request.endUser(),
                request.model().fingerprint(),
                request.origin(),
                kept.map(prompt),
                verdicts);
        if (process.isOver()) {
            throw new LedgerUnavailableException(new IllegalStateException("this process has no lease now"));
        }
        var granted = ledger.reserve(intent);
        granted.passed().forEach(passed -> warn(reservation, passed));
        return new Reserved(reservation, process, kept, granted.quota());
    }

    private Optional<KeptContents> kept(Reservation reservation, EndUser endUser, int answers) {
        try {
            var owner = new ContentOwner(
                    reservation.tenant(),
                    reservation.id(),
                    reservation.requestId(),
                    endUser.user(),
                    endUser.safetyIdentifier());
            return contents.sealer(reservation.tenant())
                    .map(sealer -> new KeptContents(sealer, owner, new Transcript(answers)));
        } catch (SealException e) {
            throw new LedgerUnavailableException(e);
        }
    }

    private void warn(Reservation reservation, SoftLimit passed) {
        log.warn("The tenant '{}' passed a soft limit: {}", reservation.tenant(), passed.text());
        meters.softLimit(passed);
    }

    /**
     * Charges the prompt of a request that a remote server has, and may be computing, although nobody gets an answer.
     *
     * @param likely an estimate of its tokens
     */
    void charge(RequestHead request, Reservation reservation, Throwable why, int likely, Stopwatch watch) {
        var state = why instanceof AbandonedException ? Outcome.State.CANCELLED : Outcome.State.FAILED;
        var unused = settle(request, reservation, state, new Usage(likely, 0, 0, true), watch, Optional.empty());
    }

    /**
     * Settles a request whose client waits, and counts it if it was answered or charged.
     *
     * @return whether the settlement was written while the client waits; if not, it is written later
     */
    boolean settle(
            RequestHead request,
            Reservation reservation,
            Outcome.State state,
            Usage usage,
            Stopwatch watch,
            Optional<SealedContent> answer) {
        if (state == Outcome.State.DONE || usage.total() > 0) {
            request.counted().set(true);
            watch.end(usage, state == Outcome.State.DONE ? "stop" : state.word());
        } else { // another model may answer; if none does, the request is refused
            watch.giveUp();
        }
        var patience = ledger.patience().settlement(answer.isPresent());
        boolean settled = ledger.settle(
                        new Outcome(reservation, state, usage, List.of(), watch.milliseconds(), answer, List.of()))
                .handle((nothing, failure) -> failure == null)
                .completeOnTimeout(false, patience.toMillis(), TimeUnit.MILLISECONDS)
                .join();
        watch.span().phase("settle");
        return settled;
    }

    /** Gives back the reservation of a request that never started, so that a refused client that asks for its usage at once doesn't find it there. */
    void refund(Reservation reservation) {
        var unused = ledger.refund(reservation)
                .handle((nothing, failure) -> true)
                .completeOnTimeout(true, ledger.patience().settlement(false).toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}

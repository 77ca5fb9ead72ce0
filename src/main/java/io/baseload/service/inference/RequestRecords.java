package io.baseload.service.inference;

import io.baseload.engine.api.FlowId;
import io.baseload.service.cluster.InstanceLease;
import io.baseload.service.contents.ContentOwner;
import io.baseload.service.contents.Contents;
import io.baseload.service.encryption.SealException;
import io.baseload.service.quota.QuotaDecision;
import io.baseload.service.quota.QuotaDemand;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.quota.Reservation;
import io.baseload.service.quota.SoftLimit;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.tenant.Caller;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records written before a request starts, whatever its kind. */
record RequestRecords(ReservationLedger ledger, Contents contents, InferenceMeters meters) {
    private static final Logger log = LoggerFactory.getLogger(RequestRecords.class);

    /**
     * Refuses a request that would find no room now, at little cost.
     *
     * @param least a lower bound for its tokens
     */
    QuotaDecision.Granted check(Caller caller, ServedModel model, FlowId flow, int answers, long least) {
        boolean batch = flow.urgency() == FlowId.Urgency.BATCH;
        return ledger.check(new QuotaDemand(
                caller.tenant(), caller.keyPrefix(), model.id(), batch, answers, Math.max(1, least), 0));
    }

    /**
     * The kept part of the request, if its tenant wants that.
     *
     * @throws LedgerUnavailableException if the tenant wants its contents kept, and they can't be
     */
    Optional<KeptContents> kept(Reservation reservation, EndUser endUser, int answers) {
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

    /** Reserves; when this returns, the intent is in the audit trail. */
    QuotaSnapshot reserve(Intent intent, InstanceLease process) {
        if (process.isOver()) {
            throw new LedgerUnavailableException(new IllegalStateException("this process has no lease now"));
        }
        var granted = ledger.reserve(intent);
        granted.passed().forEach(passed -> warn(intent.reservation(), passed));
        return granted.quota();
    }

    private void warn(Reservation reservation, SoftLimit passed) {
        log.warn("The tenant '{}' passed a soft limit: {}", reservation.tenant(), passed.text());
        meters.softLimit(passed);
    }

    /** Gives back the reservation of a request that never started, so that a refused client that asks for its usage at once doesn't find it there. */
    void refund(Reservation reservation) {
        var unused = ledger.refund(reservation)
                .handle((nothing, failure) -> true)
                .completeOnTimeout(true, ledger.patience().settlement(false).toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}

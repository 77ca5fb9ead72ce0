package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.guardrail.BlockedRequestException;
import io.baseload.service.guardrail.FilteredRequest;
import io.baseload.service.guardrail.Guardrails;
import io.baseload.service.guardrail.Side;
import io.baseload.service.guardrail.Subject;
import io.baseload.service.guardrail.Verdict;
import io.baseload.service.tenant.Caller;
import java.util.TreeMap;

/** Sends requests through the filters of their tenant. What is blocked stands in the trail before it is refused. */
final class RequestGuard {
    private static final String BLOCKED = "completion.blocked";

    private final Guardrails guardrails;
    private final ReservationLedger ledger;

    RequestGuard(Guardrails guardrails, ReservationLedger ledger) {
        this.guardrails = guardrails;
        this.ledger = ledger;
    }

    /**
     * @param model the id of the one that answers
     * @throws InvalidRequestException if a filter blocks the request, or it can't be filtered
     * @throws LedgerUnavailableException if it is blocked, and the trail can't say so
     */
    GuardedRequest pass(Caller caller, String model, InferenceRequest asked, Origin origin) {
        var answers = guardrails.chain(subject(caller, asked, origin, Side.ANSWER), model);
        if (!answers.isEmpty() && asked.completion().topLogprobs() >= 0) {
            throw new InvalidRequestException(
                    "logprobs",
                    "unsupported_value",
                    "Invalid 'logprobs': what this tenant is answered is filtered, and they would tell what was left"
                            + " out.");
        }
        try {
            var chain = guardrails.chain(subject(caller, asked, origin, Side.REQUEST), model);
            var filtered = FilteredRequest.of(asked.completion(), chain);
            return new GuardedRequest(asked.with(filtered.completion()), filtered.verdicts(), answers);
        } catch (BlockedRequestException e) {
            ledger.record(entry(caller, model, asked, origin, e));
            throw new InvalidRequestException(
                    field(asked.completion()), "content_policy_violation", String.valueOf(e.getMessage()));
        }
    }

    private static Subject subject(Caller caller, InferenceRequest asked, Origin origin, Side side) {
        return new Subject(origin.requestId(), caller.tenant(), asked.model(), side);
    }

    private static String field(CompletionRequest request) {
        return request.input() instanceof Input.Chat ? "messages" : "prompt";
    }

    private static AuditTrail.NewEntry entry(
            Caller caller, String model, InferenceRequest asked, Origin origin, BlockedRequestException blocked) {
        var detail = new TreeMap<String, Object>();
        detail.put("model", model);
        detail.put("alias", asked.model());
        detail.put("address", origin.address());
        asked.endUser().user().ifPresent(name -> detail.put("user", name));
        asked.endUser().safetyIdentifier().ifPresent(name -> detail.put("safety_identifier", name));
        detail.put(
                "guardrails",
                blocked.verdicts().stream().map(Verdict::described).toList());
        return new AuditTrail.NewEntry(caller.actor(), BLOCKED, origin.requestId(), detail);
    }
}

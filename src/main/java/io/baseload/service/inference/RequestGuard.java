package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.guardrail.BlockedRequestException;
import io.baseload.service.guardrail.FilterChain;
import io.baseload.service.guardrail.FilteredEncoding;
import io.baseload.service.guardrail.FilteredRequest;
import io.baseload.service.guardrail.Guardrails;
import io.baseload.service.guardrail.Side;
import io.baseload.service.guardrail.Subject;
import io.baseload.service.guardrail.Verdict;
import java.util.TreeMap;

/** Sends requests through the filters of their tenant. A blocked request is recorded in the trail before it is refused. */
final class RequestGuard {
    /** The code of refusals by a filter; backends use it for their own filters. */
    private static final String POLICY_VIOLATION = "content_policy_violation";

    private static final String BLOCKED = "completion.blocked";

    private final Guardrails guardrails;
    private final ReservationLedger ledger;

    RequestGuard(Guardrails guardrails, ReservationLedger ledger) {
        this.guardrails = guardrails;
        this.ledger = ledger;
    }

    /**
     * @throws InvalidRequestException if a filter blocks the request, or it can't be filtered
     * @throws LedgerUnavailableException if it is blocked, and that can't be recorded
     */
    GuardedRequest pass(RequestHead head, InferenceRequest asked) {
        var answers = chain(head, Side.ANSWER);
        if (!answers.isEmpty() && asked.completion().topLogprobs() >= 0) {
            throw new InvalidRequestException(
                    "logprobs",
                    "unsupported_value",
                    "Invalid 'logprobs': this tenant's answers are filtered, and log-probabilities would reveal the"
                            + " removed text.");
        }
        try {
            var filtered = FilteredRequest.of(asked.completion(), chain(head, Side.REQUEST));
            return new GuardedRequest(asked.with(filtered.completion()), filtered.verdicts(), answers);
        } catch (BlockedRequestException e) {
            ledger.record(entry(head, e));
            throw blocked(field(asked.completion()), e);
        }
    }

    /** Whether a request has to pass any filter. */
    boolean filters(RequestHead head) {
        return !chain(head, Side.REQUEST).isEmpty();
    }

    /** The same for an encoder, whose answers have no text. */
    FilteredEncoding pass(RequestHead head, EncodingCall asked) {
        String field = asked.request().input().field();
        try {
            return FilteredEncoding.of(asked.request().input(), chain(head, Side.REQUEST), field);
        } catch (BlockedRequestException e) {
            ledger.record(entry(head, e));
            throw blocked(field, e);
        }
    }

    private FilterChain chain(RequestHead head, Side side) {
        var subject = new Subject(head.origin().requestId(), head.caller().tenant(), head.alias(), side);
        return guardrails.chain(subject, head.model().id());
    }

    private static InvalidRequestException blocked(String field, BlockedRequestException why) {
        var refusal = new InvalidRequestException(field, POLICY_VIOLATION, String.valueOf(why.getMessage()));
        refusal.initCause(why);
        return refusal;
    }

    /** Whether a filter of the tenant, not of a backend, has blocked the request. */
    static boolean hasBlocked(InvalidRequestException refusal) {
        return refusal.getCause() instanceof BlockedRequestException;
    }

    private static String field(CompletionRequest request) {
        return request.input() instanceof Input.Chat ? "messages" : "prompt";
    }

    private static AuditTrail.NewEntry entry(RequestHead head, BlockedRequestException blocked) {
        var endUser = head.endUser();
        var detail = new TreeMap<String, Object>();
        detail.put("model", head.model().id());
        detail.put("alias", head.alias());
        detail.put("address", head.origin().address());
        endUser.user().ifPresent(name -> detail.put("user", name));
        endUser.safetyIdentifier().ifPresent(name -> detail.put("safety_identifier", name));
        detail.put(
                "guardrails",
                blocked.verdicts().stream().map(Verdict::described).toList());
        return new AuditTrail.NewEntry(
                head.caller().actor(), BLOCKED, head.origin().requestId(), detail);
    }
}

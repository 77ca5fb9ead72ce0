package io.baseload.service.inference;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.Completion;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.TokenCodec;
import io.baseload.chat.api.UpstreamBusyException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.cluster.Membership;
import io.baseload.service.contents.Contents;
import io.baseload.service.quota.QuotaDemand;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.registry.LoadPatience;
import io.baseload.service.routing.ModelDirectory;
import io.baseload.service.routing.TargetFilter;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tracing.Traces;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The life of a request: acquires the model, takes places in its queue, checks whether the tenant has any budget left if the next steps cost anything, sends the texts through its
 * filters, prepares the prompt, reserves and records, and starts. From then on {@link RunningRequest} handles it. Any failure on the way gives back what was taken before. If a name stands for several models,
 * the next one is tried when one doesn't take the request, as {@link SpillOver} says, with its own reservation and record; but never after anything of an answer may have been sent.
 *
 * <p>The layers below learn the caller only as the flow and the cache scope of its tenant, when the prompt is prepared.
 */
final class InferenceService implements Inference {
    private final ModelDirectory models;
    private final ReservationLedger ledger;
    private final RunningRequests running;
    private final RequestGuard guard;
    private final RequestRecords records;
    private final EncodingService encodings;
    private final InferenceMeters meters;
    private final Traces traces;
    private final MaxWait maxWait;
    private final SequencePlaces places;

    InferenceService(
            ModelDirectory models,
            ReservationLedger ledger,
            RunningRequests running,
            Contents contents,
            RequestGuard guard,
            InferenceMeters meters,
            Membership membership,
            Traces traces,
            TenantQueues queues,
            MaxWait maxWait) {
        this.models = models;
        this.ledger = ledger;
        this.running = running;
        this.guard = guard;
        this.records = new RequestRecords(ledger, contents, meters, membership);
        this.meters = meters;
        this.traces = traces;
        this.maxWait = maxWait;
        this.places = new SequencePlaces(queues);
        this.encodings = new EncodingService(records, guard, traces, places, maxWait);
    }

    @Override
    public AdmittedRequest ask(Caller caller, InferenceRequest request, Origin origin, AnswerListener listener) {
        long begun = System.nanoTime();
        var flow = flow(caller, request.urgency());
        var patience = patience(caller, request.maxWait(), listener::isThere);
        var filter = new PromptSize(request.completion(), flow);
        var counted = new AtomicBoolean();
        return firstOf(caller, request.model(), filter, patience, counted, (model, attempt) -> {
            var head =
                    new RequestHead(caller, model, request.model(), flow, request.endUser(), origin, attempt, counted);
            return ask(head, request, begun, listener);
        });
    }

    @Override
    public EncodingResult encode(Caller caller, EncodingCall call, Origin origin, BooleanSupplier wanted) {
        var flow = flow(caller, call.urgency());
        var patience = patience(caller, call.maxWait(), wanted);
        var counted = new AtomicBoolean();
        return firstOf(caller, call.model(), TargetFilter.ALL, patience, counted, (model, attempt) -> {
            var head = new RequestHead(caller, model, call.model(), flow, call.endUser(), origin, attempt, counted);
            return encodings.encode(head, call, wanted);
        });
    }

    @Override
    public <T> T withTokens(Caller caller, String name, BooleanSupplier wanted, Function<TokenCodec, T> use) {
        SpillOver.Asking<T> asking = (model, attempt) -> {
            try (model) {
                return use.apply(model.use().tokens(flow(caller, FlowId.Urgency.INTERACTIVE)));
            }
        };
        // a canary is judged by its answers, which these are not
        var patience = patience(caller, Optional.empty(), wanted);
        var spillOver = new SpillOver<>(asking, patience, (target, refusal) -> {});
        return firstOf(caller, name, TargetFilter.ALL, spillOver, new AtomicBoolean());
    }

    private <T> T firstOf(
            Caller caller,
            String name,
            TargetFilter filter,
            LoadPatience patience,
            AtomicBoolean counted,
            SpillOver.Asking<T> asking) {
        var spillOver = new SpillOver<>(asking, patience, ModelDirectory.Target::refused);
        return firstOf(caller, name, filter, spillOver, counted);
    }

    /**
     * Asks the models that a name stands for, one after the other, and counts requests that none of them accepts.
     *
     * @param counted whether the request is counted already
     */
    private <T> T firstOf(
            Caller caller, String name, TargetFilter filter, SpillOver<T> spillOver, AtomicBoolean counted) {
        try {
            return spillOver.ask(models.route(caller, name, filter));
        } catch (RuntimeException | Error e) {
            if (!counted.get()) {
                meters.refused(e);
            }
            throw e;
        }
    }

    @Override
    public Optional<QuotaSnapshot> room(Caller caller) {
        return ledger.room(nothing(caller));
    }

    private static QuotaDemand nothing(Caller caller) {
        return QuotaDemand.nothing(caller.tenant(), caller.keyPrefix());
    }

    private AdmittedRequest ask(RequestHead head, InferenceRequest request, long begun, AnswerListener listener) {
        long asked = System.nanoTime();
        var model = head.model();
        var span = traces.begin(GenAiAttributes.spanName(request.completion(), model.id()), begun, !model.showsSteps());
        span.attributes(it -> GenAiAttributes.tellRequest(it, request, model.id()));
        try {
            SequencePlaces.check(model, request.completion());
            var taken = places.take(model, head.flow(), request.completion().answers());
            try {
                if (isLaborious(head)) {
                    records.check(
                            head,
                            request.completion().answers(),
                            model.use().completions().leastTokens(request.completion()));
                }
                var guarded = guard.pass(head, request);
                span.contents(
                        it -> GenAiAttributes.tellPrompt(it, guarded.request().completion()));
                span.phase("quota");
                // each model has the whole wait, or one that hangs would take that of the next, which may be idle
                long since = head.attempt().since();
                var turn = places.line(model, head.flow()).join(maxWait.of(request.maxWait(), head.caller()), since);
                try {
                    var scope = new CacheScope(head.caller().tenant(), request.cacheSalt());
                    var prepared =
                            model.use().completions().prepare(guarded.request().completion(), head.flow(), scope);
                    span.phase("prompt");
                    var watch = new Stopwatch(meters.of(model.id()), span, model.showsSteps(), begun, asked);
                    return admit(head, taken, turn, guarded, prepared, watch, listener);
                } catch (RuntimeException | Error e) {
                    turn.giveUp();
                    throw e;
                }
            } catch (RuntimeException | Error e) {
                taken.close();
                throw e;
            }
        } catch (RuntimeException | Error e) {
            span.end(e);
            if (e instanceof UpstreamException || e instanceof UpstreamBusyException) {
                model.ended(true, Duration.ofNanos(System.nanoTime() - asked));
            }
            model.close();
            throw e;
        }
    }

    /** Whether it takes work to find out what a request needs: its filters, or the counting of its tokens. For another server the prompt is only written down, and its bytes are a bound. */
    private boolean isLaborious(RequestHead head) {
        return head.model().showsSteps() || guard.filters(head);
    }

    private static FlowId flow(Caller caller, FlowId.Urgency wanted) {
        return new FlowId(
                caller.tenant(), caller.weight(), caller.priority() == Priority.BATCH ? FlowId.Urgency.BATCH : wanted);
    }

    /** For the load of a model. */
    private LoadPatience patience(Caller caller, Optional<Duration> own, BooleanSupplier wanted) {
        return new LoadPatience(() -> maxWait.of(own, caller), wanted);
    }

    private AdmittedRequest admit(
            RequestHead head,
            SequencePlaces.Taken taken,
            WaitingLine.Turn turn,
            GuardedRequest guarded,
            PreparedCompletion prepared,
            Stopwatch watch,
            AnswerListener listener) {
        var model = head.model();
        var asked = guarded.request().completion();
        int choices = asked.prompts() * asked.choices();
        long granted = (long) prepared.answers() * firstGrant(prepared);
        var demand = head.demand(prepared.answers(), prepared.promptTokens(), granted);
        var reserved = records.reserve(head, demand, guarded.verdicts(), choices, it -> it.prompt(asked));
        var reservation = reserved.reservation();
        var kept = reserved.kept();
        watch.span().phase("reserve");
        var tokens = new TokenLease(ledger.transactions(), ledger.clock(), reservation.id(), reserved.process());
        running.add(reservation.id(), tokens, kept);
        Runnable ended = () -> {
            taken.close();
            running.remove(reservation.id());
        };
        try {
            var request = new RunningRequest(
                    reservation, model, ledger, watch, turn, kept, guarded.answers(), choices, ended, listener);
            boolean each = prepared.answers() == choices;
            var completion = watch.span()
                    .call(() -> prepared.start(
                            index -> new RequestLease(
                                    tokens.answer(firstGrant(prepared), prepared.maxTokens(), watch.answer()),
                                    () -> each && request.isBlocked(index) || !turn.begin(),
                                    listener::isThere),
                            turn.left(),
                            request));
            awaitTurn(turn, completion, listener);
            return new AdmittedRequest(
                    model.id(),
                    model.fingerprint(),
                    asked,
                    prepared.likelyPromptTokens(),
                    prepared.unenforcedFormats(),
                    reserved.quota(),
                    completion);
        } catch (RuntimeException | Error e) {
            running.remove(reservation.id());
            if (head.isCharged(e)) {
                records.charge(head, reservation, e, prepared.likelyPromptTokens(), watch);
            } else {
                records.refund(reservation);
            }
            throw e;
        }
    }

    private static void awaitTurn(WaitingLine.Turn turn, Completion completion, AnswerListener listener) {
        if (completion.hasBegun()) {
            turn.begin();
        }
        try {
            turn.await(listener::isThere);
        } catch (OverloadedException | AbandonedException e) {
            completion.cancel();
            throw e;
        }
    }

    /** Tokens that each answer may have before more are reserved. */
    private static int firstGrant(PreparedCompletion prepared) {
        int max = prepared.maxTokens();
        return prepared.maxTokensGiven() ? max : Math.min(max, TokenLease.STEP);
    }
}

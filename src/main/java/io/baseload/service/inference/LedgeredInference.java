package io.baseload.service.inference;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.service.cluster.InstanceLease;
import io.baseload.service.cluster.Membership;
import io.baseload.service.quota.QuotaWish;
import io.baseload.service.quota.Reservation;
import io.baseload.service.registry.ModelDirectory;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Priority;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Reserve and record, generate, settle and record. */
final class LedgeredInference implements Inference {
    private final ModelDirectory models;
    private final ReservationLedger ledger;
    private final RunningRequests running;
    private final InferenceMeters meters;
    private final Membership membership;
    private final SequencePlaces places = new SequencePlaces();

    LedgeredInference(
            ModelDirectory models,
            ReservationLedger ledger,
            RunningRequests running,
            InferenceMeters meters,
            Membership membership) {
        this.models = models;
        this.ledger = ledger;
        this.running = running;
        this.meters = meters;
        this.membership = membership;
    }

    @Override
    public Asked ask(
            Caller caller, String model, CompletionRequest request, Origin origin, Consumer<CompletionEvent> listener) {
        long begun = System.nanoTime();
        var held = models.acquire(caller, model);
        try {
            var asked = onAccountOf(caller, request);
            var place = places.take(held, asked.flow(), asked.answers());
            var watch = new Stopwatch(meters.of(held.id()), begun);
            return ask(caller, model, held, place, asked, origin, watch, listener);
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
    }

    private Asked ask(
            Caller caller,
            String alias,
            ServedModel held,
            SequencePlaces.Taken place,
            CompletionRequest request,
            Origin origin,
            Stopwatch watch,
            Consumer<CompletionEvent> listener) {
        try {
            long least = Math.max(1, held.completions().leastTokens(request));
            ledger.foresee(new QuotaWish(caller.tenant(), request.answers(), least));
            var prepared = held.completions().prepare(request);
            var lease = membership.lease();
            var reservation = reservation(caller, held.id(), origin.requestId(), prepared, lease);
            var intent = new LedgerTransactions.Intent(reservation, alias, held.fingerprint(), origin);
            return begin(new Question(intent, lease, prepared, held, place, watch, listener));
        } catch (RuntimeException | Error e) {
            place.close();
            throw e;
        }
    }

    private Asked begin(Question question) {
        var reservation = question.reservation();
        if (question.lease().isOver()) {
            throw new LedgerUnavailableException(new IllegalStateException("this process has no lease now"));
        }
        var quota = ledger.reserve(question.intent());
        var tokens = new TokenLease(ledger.transactions(), ledger.clock(), reservation.id(), question.lease());
        running.add(reservation.id(), tokens);
        try {
            var completion = question.prepared().start(index -> lease(question, tokens), running(question));
            return new Asked(reservation.model(), question.model().fingerprint(), quota, completion);
        } catch (RuntimeException | Error e) {
            running.remove(reservation.id());
            await(ledger.refund(reservation));
            throw e;
        }
    }

    private static Reservation reservation(
            Caller caller, String model, String requestId, PreparedCompletion prepared, InstanceLease lease) {
        return new Reservation(
                UUID.randomUUID(),
                lease.instance(),
                caller.tenant(),
                caller.keyPrefix(),
                model,
                requestId,
                prepared.answers(),
                prepared.promptTokens() + (long) prepared.answers() * firstGrant(prepared),
                prepared.promptTokens());
    }

    private Running running(Question question) {
        var reservation = question.reservation();
        return new Running(
                reservation,
                question.model(),
                ledger,
                question.watch(),
                reason -> {
                    question.place().close();
                    running.remove(reservation.id());
                    meters.ended(reservation.model(), reason);
                },
                question.listener());
    }

    private static io.baseload.engine.api.Lease lease(Question question, TokenLease tokens) {
        var prepared = question.prepared();
        return tokens.answer(
                firstGrant(prepared), prepared.maxTokens(), question.watch().answer());
    }

    /** Tokens that each answer may have before more are reserved. */
    private static int firstGrant(PreparedCompletion prepared) {
        int max = prepared.maxTokens();
        return prepared.maxTokensGiven() ? max : Math.min(max, TokenLease.STEP);
    }

    /** Tenants share the engine by weight, and no cached prefixes, whatever salt a request brings. */
    private static CompletionRequest onAccountOf(Caller caller, CompletionRequest request) {
        var urgency = caller.priority() == Priority.BATCH
                ? FlowId.Urgency.BATCH
                : request.flow().urgency();
        var flow = new FlowId(caller.tenant(), caller.weight(), urgency);
        return request.onAccountOf(
                flow, new CacheScope(caller.tenant(), request.scope().salt()));
    }

    /** A refused client that asks for its usage at once should not find the refused request in it. */
    private static void await(CompletableFuture<Void> done) {
        var unused = done.handle((nothing, failure) -> true)
                .completeOnTimeout(true, 1, TimeUnit.SECONDS)
                .join();
    }

    private record Question(
            LedgerTransactions.Intent intent,
            InstanceLease lease,
            PreparedCompletion prepared,
            ServedModel model,
            SequencePlaces.Taken place,
            Stopwatch watch,
            Consumer<CompletionEvent> listener) {
        Reservation reservation() {
            return intent.reservation();
        }
    }
}

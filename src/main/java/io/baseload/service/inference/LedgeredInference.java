package io.baseload.service.inference;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.service.database.DatabaseFailures;
import io.baseload.service.quota.Claim;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.registry.ModelDirectory;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.tenant.Caller;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Reserve and record, generate, settle and record. */
final class LedgeredInference implements Inference {
    private final ModelDirectory models;
    private final Ledger ledger;
    private final LedgerThreads threads;
    private final Settlements settlements;
    private final Leases leases;
    private final InferenceMeters meters;
    private final UUID process;
    private final long leaseNanos;

    LedgeredInference(
            ModelDirectory models,
            Ledger ledger,
            LedgerThreads threads,
            InferenceMeters meters,
            UUID process,
            long leaseNanos) {
        this.models = models;
        this.ledger = ledger;
        this.threads = threads;
        this.settlements = new Settlements(ledger, threads.settling(), threads.clock());
        this.leases = new Leases(threads.clock(), leaseNanos);
        this.meters = meters;
        this.process = process;
        this.leaseNanos = leaseNanos;
    }

    @Override
    public Asked ask(
            Caller caller,
            String model,
            CompletionRequest request,
            String requestId,
            Consumer<CompletionEvent> listener) {
        long begun = System.nanoTime();
        var held = models.acquire(caller, model);
        try {
            var prepared = held.completions().prepare(onAccountOf(caller, request));
            var ticket = new Ticket(UUID.randomUUID(), caller.actor(), held.id(), requestId);
            var watch = new Stopwatch(meters.of(held.id()), begun);
            return begin(new Question(ticket, prepared, held, watch, listener));
        } catch (RuntimeException | Error e) {
            held.close();
            throw e;
        }
    }

    private Asked begin(Question question) {
        long asked = System.nanoTime();
        var ticket = question.ticket();
        var quota = reserve(question);
        var running = running(question);
        var funds =
                new Funds(ledger, threads.clock(), ticket.reservation(), asked, leaseNanos, running::completionTokens);
        leases.add(ticket.reservation(), funds);
        try {
            var completion = question.prepared().start(index -> lease(question, funds), running);
            running.started(completion);
            return new Asked(ticket.model(), question.model().fingerprint(), quota, completion);
        } catch (RuntimeException | Error e) {
            leases.remove(ticket.reservation());
            await(settlements.refund(ticket));
            throw e;
        }
    }

    private QuotaSnapshot reserve(Question question) {
        if (settlements.isFull()) {
            throw new LedgerUnavailableException(new IllegalStateException("too much waits to be settled"));
        }
        try {
            return CompletableFuture.supplyAsync(
                            () -> ledger.open(
                                    claim(question),
                                    question.ticket(),
                                    question.prepared().answers()),
                            threads.reserving())
                    .join();
        } catch (RejectedExecutionException e) {
            throw new LedgerUnavailableException(e);
        } catch (CompletionException e) {
            throw refusal(question.ticket(), Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    /** A commit whose answer got lost may have happened: what it reserved is given back once the database is there again. */
    private RuntimeException refusal(Ticket ticket, Throwable cause) {
        if (DatabaseFailures.isUnavailable(cause)) {
            var unused = settlements.refund(ticket);
            return new LedgerUnavailableException(cause);
        }
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }

    private Claim claim(Question question) {
        var ticket = question.ticket();
        var prepared = question.prepared();
        long tokens = prepared.promptTokens() + (long) prepared.answers() * question.firstGrant();
        return new Claim(
                ticket.reservation(),
                process,
                ticket.actor().tenant(),
                ticket.actor().keyPrefix(),
                ticket.model(),
                ticket.requestId(),
                tokens,
                prepared.promptTokens());
    }

    private Running running(Question question) {
        var ticket = question.ticket();
        return new Running(
                ticket,
                question.model(),
                settlements,
                question.watch(),
                reason -> {
                    leases.remove(ticket.reservation());
                    meters.ended(ticket.model(), reason);
                },
                question.listener());
    }

    private static AnswerLease lease(Question question, Funds funds) {
        return new AnswerLease(
                funds,
                question.firstGrant(),
                question.prepared().maxTokens(),
                question.watch().answer());
    }

    /** Tenants share the engine by weight, and no cached prefixes. */
    private static CompletionRequest onAccountOf(Caller caller, CompletionRequest request) {
        var flow = new FlowId(caller.tenant(), caller.weight(), request.flow().urgency());
        return request.onAccountOf(flow, new CacheScope(caller.tenant()));
    }

    /** A refused client that asks for its usage at once should not find the refused request in it. */
    private static void await(CompletableFuture<Void> done) {
        var unused = done.handle((nothing, failure) -> true)
                .completeOnTimeout(true, 1, TimeUnit.SECONDS)
                .join();
    }

    private record Question(
            Ticket ticket,
            PreparedCompletion prepared,
            ServedModel model,
            Stopwatch watch,
            Consumer<CompletionEvent> listener) {
        /** Tokens that each answer may have before more are reserved. */
        int firstGrant() {
            int max = prepared.maxTokens();
            return prepared.maxTokensGiven() ? max : Math.min(max, AnswerLease.STEP);
        }
    }
}

package io.baseload.service.inference;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.PreparedEncoding;
import io.baseload.chat.api.RunningEncoding;
import io.baseload.chat.api.UpstreamBusyException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.chat.api.WantedResult;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Usage;
import io.baseload.service.contents.SealedContent;
import io.baseload.service.guardrail.Verdict;
import io.baseload.service.inference.Outcome.State;
import io.baseload.service.inference.SpillOver.ComputedRefusalException;
import io.baseload.service.quota.Reservation;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.tracing.Traces;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The life of a request to an encoder. It is like that of an answer, except that its cost is known, or bounded, before it starts: its tokens are reserved at once, and there is
 * nothing to extend or to stream. It takes one place, however many texts it has.
 */
final class EncodingService {
    /** Maximum tokens of one request, as in the OpenAI API: more would make others wait for long. */
    private static final int MAX_TOKENS = 300_000;
    /** Numbers that are kept of one request, about 25 MB of JSON: their transaction may have to settle other requests too. */
    private static final long MAX_KEPT = 1 << 21;
    /** A request that fails here costs nothing: none of it is sent to the client. */
    private static final Usage NOTHING = new Usage(0, 0);

    private final RequestRecords records;
    private final RequestGuard guard;
    private final Traces traces;
    private final SequencePlaces places;
    private final MaxWait maxWait;

    EncodingService(RequestRecords records, RequestGuard guard, Traces traces, SequencePlaces places, MaxWait maxWait) {
        this.records = records;
        this.guard = guard;
        this.traces = traces;
        this.places = places;
        this.maxWait = maxWait;
    }

    /**
     * Like {@link Inference#encode}, for one model.
     *
     * @throws ComputedRefusalException if the request turned out to be invalid when everything was computed
     */
    EncodingResult encode(RequestHead head, EncodingCall call, BooleanSupplier wanted) {
        long begun = System.nanoTime();
        var model = head.model();
        var span = traces.begin(GenAiAttributes.spanName(call, model.id()), begun, !model.showsSteps());
        span.attributes(it -> GenAiAttributes.tellRequest(it, call, model.id()));
        try (model) {
            var encodings = model.use().encodings();
            try (var taken = places.take(model, head.flow(), 1)) {
                records.check(head, 1, call.request().input().size());
                var filtered = guard.pass(head, call);
                span.phase("quota");
                var guarded = call.with(filtered.input());
                long since = head.attempt().since();
                var turn = places.line(model, head.flow()).join(maxWait.of(call.maxWait(), head.caller()), since);
                try {
                    var prepared = encodings.prepare(guarded.request(), head.flow(), MAX_TOKENS);
                    span.phase("prompt");
                    var watch = new Stopwatch(records.meters().of(model.id()), span, model.showsSteps(), begun, begun);
                    var encoded = encode(head, guarded, filtered.verdicts(), prepared, turn, watch, wanted);
                    span.attributes(it -> GenAiAttributes.tellUsage(it, encoded));
                    span.end();
                    return encoded;
                } finally {
                    turn.leave();
                }
            }
        } catch (RuntimeException | Error e) {
            span.end(e instanceof ComputedRefusalException computed ? computed.refusal() : e);
            throw e;
        }
    }

    private EncodingResult encode(
            RequestHead head,
            EncodingCall call,
            List<Verdict> verdicts,
            PreparedEncoding prepared,
            WaitingLine.Turn turn,
            Stopwatch watch,
            BooleanSupplier wanted) {
        var model = head.model();
        var demand = head.demand(1, prepared.tokens(), 0);
        var reserved = records.reserve(
                head, demand, verdicts, 0, it -> it.prompt(call.request().input()));
        var reservation = reserved.reservation();
        watch.span().phase("reserve");
        var running = start(head, prepared, call, reserved, turn, watch, wanted);
        awaitTurn(turn, running, reservation, wanted);
        List<float[]> outputs;
        try {
            outputs = await(running.outputs(), wanted);
        } catch (AbandonedException e) {
            giveUp(running);
            end(head, reservation, State.CANCELLED, running.usage(), watch, Optional.empty());
            throw new AbandonedException(true);
        } catch (CompletionException e) {
            if (e.getCause() instanceof InvalidRequestException refusal) { // known only after all was computed
                end(head, reservation, State.FAILED, costOfRefusal(head, running.usage()), watch, Optional.empty());
                throw new ComputedRefusalException(refusal);
            }
            if (!(e.getCause() instanceof OverloadedException)) {
                judge(model, true, watch);
            }
            var usage = head.attempt().last() && isLate(e.getCause()) ? running.usage() : NOTHING;
            end(head, reservation, State.FAILED, usage, watch, Optional.empty());
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        } catch (RuntimeException | Error e) {
            giveUp(running);
            judge(model, true, watch);
            end(head, reservation, State.FAILED, NOTHING, watch, Optional.empty());
            throw e;
        }
        judge(model, false, watch);
        try {
            return result(head, running, outputs, reserved, watch);
        } catch (RuntimeException | Error e) {
            running.close();
            throw e;
        }
    }

    private EncodingResult result(
            RequestHead head,
            RunningEncoding running,
            List<float[]> outputs,
            RequestRecords.Reserved reserved,
            Stopwatch watch) {
        var usage = running.usage();
        try {
            checkKept(
                    reserved,
                    outputs.stream().mapToLong(output -> output.length).sum());
        } catch (InvalidRequestException e) { // known only after all was computed
            end(head, reserved.reservation(), State.FAILED, costOfRefusal(head, usage), watch, Optional.empty());
            throw new ComputedRefusalException(e);
        }
        var answer = reserved.kept().map(it -> it.outputs(outputs));
        boolean settled = end(head, reserved.reservation(), State.DONE, usage, watch, answer);
        if (!settled && answer.isPresent()) {
            throw LedgerUnavailableException.afterAnswer(
                    new IllegalStateException("the contents were not stored in time"));
        }
        var model = head.model();
        return new EncodingResult(
                model.id(), outputs, usage.prompt(), reserved.quota(), model.sharesOutputMemory(), running::close);
    }

    /** The next model is asked after a canary's refusal, and the tenant does not pay for both. */
    private static Usage costOfRefusal(RequestHead head, Usage computed) {
        return head.attempt().isProvisional() ? NOTHING : computed;
    }

    /** Scores are never that many, only vectors. */
    private static void checkKept(RequestRecords.Reserved reserved, long numbers) {
        if (reserved.kept().isPresent() && numbers > MAX_KEPT) {
            throw new InvalidRequestException(
                    "input",
                    "invalid_value",
                    "Invalid 'input': this tenant's contents are kept, so the vectors of a request may have at most "
                            + MAX_KEPT + " numbers together, but these have " + numbers
                            + ". Send fewer texts at a time.");
        }
    }

    private static void giveUp(RunningEncoding running) {
        running.outputs().cancel(true);
        running.close();
    }

    /** The figures of a canary. */
    private static void judge(ServedModel model, boolean failed, Stopwatch watch) {
        model.ended(failed, Duration.ofMillis(watch.milliseconds()));
    }

    private RunningEncoding start(
            RequestHead head,
            PreparedEncoding prepared,
            EncodingCall call,
            RequestRecords.Reserved reserved,
            WaitingLine.Turn turn,
            Stopwatch watch,
            BooleanSupplier wanted) {
        var reservation = reserved.reservation();
        try {
            long length = call.request().dimensions().orElse(prepared.dimensions());
            checkKept(reserved, length * call.request().input().size());
            return watch.span().call(() -> prepared.start(turn::begin, wanted));
        } catch (RuntimeException | Error e) {
            if (head.isCharged(e)) {
                records.charge(head, reservation, e, prepared.likelyTokens(), watch);
            } else {
                records.refund(reservation);
            }
            if (hasFailed(e)) {
                judge(head.model(), true, watch);
            }
            throw e;
        }
    }

    /** A request that is given up before its first text was computed costs nothing. */
    private void awaitTurn(
            WaitingLine.Turn turn, RunningEncoding running, Reservation reservation, BooleanSupplier wanted) {
        var unused = running.outputs().whenComplete((outputs, failure) -> turn.leave());
        try {
            turn.await(wanted);
        } catch (RuntimeException | Error e) {
            giveUp(running);
            records.refund(reservation);
            throw e;
        }
    }

    /** Whether it is the model's failure: a missing route is its refusal. */
    private static boolean hasFailed(Throwable e) {
        return e instanceof UpstreamBusyException
                || (e instanceof UpstreamException upstream && upstream.reason() != Reason.UNSUPPORTED);
    }

    /** Whether a remote server was silent in the middle of its answer: it had the texts, as if it had been silent before. */
    private static boolean isLate(@Nullable Throwable failure) {
        return failure instanceof UpstreamException upstream && upstream.reason() == Reason.TIMEOUT;
    }

    /** An interrupt means that the service stops: texts that were started are completed. */
    private static List<float[]> await(CompletableFuture<List<float[]>> computed, BooleanSupplier wanted) {
        try {
            WantedResult.await(computed, WantedResult.UNLIMITED, wanted);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return computed.join();
    }

    /** Settles the request; returns whether that was written while the client waits. */
    private boolean end(
            RequestHead head,
            Reservation reservation,
            State state,
            Usage usage,
            Stopwatch watch,
            Optional<SealedContent> answer) {
        return records.settle(head, reservation, state, usage, watch, answer);
    }
}

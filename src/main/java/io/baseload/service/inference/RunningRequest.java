package io.baseload.service.inference;

import io.baseload.chat.api.CoarseTimer;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import io.baseload.engine.api.Usage;
import io.baseload.service.contents.SealedContent;
import io.baseload.service.guardrail.AnswerFilter;
import io.baseload.service.guardrail.FilterChain;
import io.baseload.service.guardrail.Verdict;
import io.baseload.service.inference.Outcome.State;
import io.baseload.service.quota.Reservation;
import io.baseload.service.registry.ServedModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that is being answered: passes the engine's events on, through the tenant's filters if there are any, and settles at the last one. The client receives the last event
 * once usage and outcome are in the database, so that anybody who has an answer finds it in the records; an unreachable database delays it for a limited time ({@link LedgerPatience}). An answer that its
 * tenant wants kept is an exception: it succeeds only if it was stored.
 */
final class RunningRequest implements Consumer<CompletionEvent> {
    private static final Logger log = LoggerFactory.getLogger(RunningRequest.class);

    private final Reservation reservation;
    private final ServedModel model;
    private final ReservationLedger ledger;
    private final Stopwatch watch;
    private final WaitingLine.Turn turn;
    private final @Nullable KeptContents kept;
    private final Runnable ended;
    private final Consumer<CompletionEvent> listener;
    private final @Nullable AnswerFilter filter;
    private final @Nullable Transcript traced; // for the span, if it includes texts
    private final Map<Integer, StopReason> reasons =
            new TreeMap<>(); // used only by the engine's thread, or the filter's, until the last event

    /**
     * @param turn whether the request was given up before it started: then it ends here, without further events
     * @param kept the kept part of the request, if its tenant wants that
     * @param answers the filters for the answers
     * @param choices answers that are sent
     * @param ended runs when the engine is done with the request
     */
    RunningRequest(
            Reservation reservation,
            ServedModel model,
            ReservationLedger ledger,
            Stopwatch watch,
            WaitingLine.Turn turn,
            Optional<KeptContents> kept,
            FilterChain answers,
            int choices,
            Runnable ended,
            Consumer<CompletionEvent> listener) {
        this.reservation = reservation;
        this.model = model;
        this.ledger = ledger;
        this.watch = watch;
        this.turn = turn;
        this.kept = kept.orElse(null);
        this.ended = ended;
        this.listener = listener;
        this.traced = watch.span().hasContents() ? new Transcript(reservation.answers()) : null;
        this.filter = answers.isEmpty() ? null : new AnswerFilter(answers, choices, this::hear);
    }

    /** Whether a filter has ended a choice. */
    boolean isBlocked(int choice) {
        return filter != null && filter.isBlocked(choice);
    }

    @Override
    public void accept(CompletionEvent event) {
        if (filter == null) {
            hear(event);
        } else {
            filter.accept(event);
        }
    }

    private void hear(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Piece piece -> pass(piece);
            case CompletionEvent.ChoiceFinished finished -> {
                reasons.put(finished.choice(), finished.reason());
                pass(finished);
            }
            case CompletionEvent.Finished finished ->
                end(finished.cancelled() ? State.CANCELLED : State.DONE, finished.usage(), event);
            case CompletionEvent.Failed failed -> end(State.FAILED, failed.usage(), event);
        }
    }

    private void pass(CompletionEvent event) {
        if (turn.isGivenUp()) {
            return;
        }
        watch.token();
        if (kept != null) {
            kept.transcript().add(event);
        }
        if (traced != null) {
            traced.add(event);
        }
        listener.accept(event);
    }

    private void end(State state, Usage usage, CompletionEvent last) {
        if (turn.isGivenUp()) { // the caller has been told, and has ended the span
            ended.run();
            model.close();
            return;
        }
        turn.leave();
        Optional<SealedContent> answer = Optional.empty();
        var event = last;
        try {
            ended.run();
            answer = Optional.ofNullable(kept).map(KeptContents::answers);
            watch.end(usage, state == State.DONE ? reason() : state.word());
            if (state != State.CANCELLED) {
                model.ended(state == State.FAILED, watch.firstToken());
            }
        } catch (RuntimeException | Error bug) { // whatever else fails, it is settled
            log.error("{}: the end of an answer was not handled completely", reservation.requestId(), bug);
            event = kept != null && answer.isEmpty() ? notKept(bug, usage) : last;
        }
        settle(state, usage, answer, event);
    }

    private void settle(State state, Usage usage, Optional<SealedContent> answer, CompletionEvent last) {
        var finishReasons = reasons.values().stream().map(StopReason::label).toList();
        List<Verdict> verdicts = filter == null ? List.of() : filter.verdicts();
        var outcome = new Outcome(reservation, state, usage, finishReasons, watch.milliseconds(), answer, verdicts);
        var unused = CoarseTimer.limited(
                        ledger.settle(outcome), ledger.patience().settlement(kept != null))
                .whenComplete(
                        (nothing, late) -> deliver(usage, late != null && kept != null ? notKept(late, usage) : last));
    }

    private static CompletionEvent notKept(Throwable late, Usage usage) {
        return new CompletionEvent.Failed(LedgerUnavailableException.afterAnswer(late), usage);
    }

    private void endSpan(Usage usage, CompletionEvent last) {
        var span = watch.span();
        span.phase("settle");
        span.attributes(it -> GenAiAttributes.tellAnswers(it, usage, reasons.values()));
        if (traced != null) {
            span.contents(it -> GenAiAttributes.tellTexts(it, traced.answers()));
        }
        span.end(last instanceof CompletionEvent.Failed failed ? failed.cause() : null);
    }

    private void deliver(Usage usage, CompletionEvent last) {
        endSpan(usage, last);
        try (model) {
            listener.accept(last);
        } catch (RuntimeException e) {
            log.error("{}: the last event was not delivered", reservation.requestId(), e);
        }
    }

    /** One reason for all answers: length if any was cut off, else content_filter if any was filtered, else tool_calls if any has calls, else stop. */
    private String reason() {
        return Stream.of(StopReason.LENGTH, StopReason.CONTENT_FILTER, StopReason.TOOL_CALLS)
                .filter(reasons::containsValue)
                .map(StopReason::label)
                .findFirst()
                .orElse(StopReason.STOP.label());
    }
}

package io.baseload.service.inference;

import io.baseload.engine.api.Usage;
import io.baseload.service.tracing.ModelSpan;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

/** Times one request, from events of the engine's thread, for its meters and its span. */
final class Stopwatch {
    private final InferenceMeters.OfModel meters;
    private final ModelSpan span;
    private final boolean showsSteps;
    private final long begun;
    private final long asked;
    private final AtomicLong step = new AtomicLong(); // the engine's first step; nanoseconds, 0 = there is none yet
    private final AtomicInteger answers = new AtomicInteger();
    private final AtomicLong first = new AtomicLong(); // the first token, likewise

    /**
     * @param showsSteps as {@link io.baseload.service.registry.ServedModel#showsSteps}
     * @param begun when the request arrived
     * @param asked when this model got the request: later if another model was tried before it
     */
    Stopwatch(InferenceMeters.OfModel meters, ModelSpan span, boolean showsSteps, long begun, long asked) {
        this.meters = meters;
        this.span = span;
        this.showsSteps = showsSteps;
        this.begun = begun;
        this.asked = asked;
    }

    ModelSpan span() {
        return span;
    }

    /** Follows the number of tokens of one answer. */
    IntConsumer answer() {
        answers.incrementAndGet();
        return new IntConsumer() {
            private int tokens;
            private long last;

            @Override
            public void accept(int produced) {
                if (step.get() == 0 && step.compareAndSet(0, Math.max(1, elapsed()))) {
                    if (showsSteps) {
                        span.phase("queue");
                    }
                    span.run(() -> meters.queueTime().record(step.get(), TimeUnit.NANOSECONDS));
                }
                if (produced > tokens) {
                    advance(System.nanoTime());
                    meters.decodedTokens().increment(produced - tokens);
                    tokens = produced;
                }
            }

            private void advance(long now) {
                token();
                if (tokens > 0) {
                    meters.interToken().record(now - last, TimeUnit.NANOSECONDS);
                }
                last = now;
            }
        };
    }

    /** There is a new token. */
    void token() {
        if (first.compareAndSet(0, Math.max(1, elapsed()))) {
            span.phase(showsSteps ? "prefill" : "backend");
            span.run(() -> meters.firstToken().record(first.get(), TimeUnit.NANOSECONDS));
            if (step.get() != 0 && showsSteps) {
                meters.prefill().record(first.get() - step.get(), TimeUnit.NANOSECONDS);
            }
        }
    }

    /** The time from asking this model to the first token; to now if there was none. */
    Duration firstToken() {
        return Duration.ofNanos((first.get() == 0 ? elapsed() : first.get()) - (asked - begun));
    }

    /** @param reason the answers' finish reason, or how else the request ended */
    void end(Usage usage, String reason) {
        meters.ended(reason);
        meters.promptTokens().increment(usage.prompt());
        meters.generationTokens().increment(usage.completion());
        span.run(() -> meters.endToEnd().record(elapsed(), TimeUnit.NANOSECONDS));
        span.phase(working());
        if (first.get() != 0) {
            decoded(elapsed() - first.get(), usage.completion() / (double) Math.max(1, answers.get()));
        }
    }

    /** There is no answer: it is no ended request. */
    void giveUp() {
        span.phase(working());
    }

    /** @param tokens of an answer, on average */
    private void decoded(long nanos, double tokens) {
        meters.decode().record(nanos, TimeUnit.NANOSECONDS);
        if (tokens > 1) {
            meters.timePerToken().record(Math.round(nanos / (tokens - 1)), TimeUnit.NANOSECONDS);
        }
    }

    /** The phase that has lasted until now. */
    private String working() {
        if (first.get() != 0) {
            return "decode";
        }
        if (!showsSteps) {
            return "backend";
        }
        if (answers.get() == 0) {
            return "encode";
        }
        return step.get() != 0 ? "prefill" : "queue";
    }

    long milliseconds() {
        return TimeUnit.NANOSECONDS.toMillis(elapsed());
    }

    private long elapsed() {
        return System.nanoTime() - begun;
    }
}

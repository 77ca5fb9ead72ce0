package io.baseload.service.tracing;

import io.baseload.service.tracing.Traces.Detail;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The span of a call to a model, with one child for each phase. Phases follow each other without gaps, and are reported when they end; their spans are created at the very end, so
 * that the engine's thread only reads the clock. Phases may end on different threads.
 */
public final class ModelSpan {
    private static final ModelSpan NONE = new ModelSpan(null, Span.NOOP, new SpanClock(0, 0), 0, Detail.TIMES);

    private final @Nullable Tracer tracer;
    private final Span span;
    private final SpanClock clock;
    private final long begun;
    private final Detail detail;
    private final List<Phase> phases = new ArrayList<>();
    private boolean ended;

    private record Phase(String name, long end) {}

    /** Stands for a failure in a trace: its kind, without the stack and causes, whose messages may quote the prompt too. */
    private static final class FailedCall extends RuntimeException {
        FailedCall(String kind) {
            super(kind, null, false, false);
        }
    }

    ModelSpan(@Nullable Tracer tracer, Span span, SpanClock clock, long begun, Detail detail) {
        this.tracer = tracer;
        this.span = span;
        this.clock = clock;
        this.begun = begun;
        this.detail = detail;
    }

    static ModelSpan none() {
        return NONE;
    }

    /** A phase has ended, which began when the one before did. */
    public void phase(String name) {
        if (tracer != null) {
            add(new Phase(name, System.nanoTime()));
        }
    }

    private synchronized void add(Phase phase) {
        phases.add(phase);
    }

    /** Adds attributes of the request, if spans may have attributes. */
    public void attributes(Consumer<Span> attributes) {
        if (tracer != null && detail != Detail.TIMES) {
            attributes.accept(span);
        }
    }

    /** Adds prompts or answers, if spans may have them. */
    public void contents(Consumer<Span> contents) {
        if (hasContents()) {
            contents.accept(span);
        }
    }

    public boolean hasContents() {
        return tracer != null && detail == Detail.CONTENTS;
    }

    /** While this runs, it is the span of its thread: for requests to other servers, and for exemplars. */
    public <T> T call(Supplier<T> work) {
        if (tracer == null) {
            return work.get();
        }
        try (var scope = tracer.withSpan(span)) {
            return work.get();
        }
    }

    /** The same. */
    public void run(Runnable work) {
        call(() -> {
            work.run();
            return true;
        });
    }

    public void end() {
        end(null);
    }

    /** Ends the span; after a failure with the status of an error, and its kind but not its message, which may quote the prompt. */
    public synchronized void end(@Nullable Throwable failure) {
        if (tracer == null || ended) {
            return;
        }
        ended = true;
        long from = begun;
        for (Phase phase : phases) {
            tracer.spanBuilder()
                    .setParent(span.context())
                    .name(phase.name())
                    .startTimestamp(clock.epochNanos(from), SpanClock.UNIT)
                    .start()
                    .end(clock.epochNanos(phase.end()), SpanClock.UNIT);
            from = phase.end();
        }
        if (failure != null) {
            String kind = failure.getClass().getSimpleName();
            span.tag("error.type", kind);
            span.error(new FailedCall(kind));
        }
        span.end(clock.epochNanos(System.nanoTime()), SpanClock.UNIT);
    }
}

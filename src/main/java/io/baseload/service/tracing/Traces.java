package io.baseload.service.tracing;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** Creates spans if traces are exported. */
@Component
public final class Traces {
    private final @Nullable Tracer tracer;
    private final @Nullable Propagator propagator;
    private final Detail detail;

    /** The details in the spans of models, in addition to their times. */
    public enum Detail {
        /** Nothing. */
        TIMES,
        /** Also the {@code gen_ai} attributes of OpenTelemetry's semantic conventions, without texts. */
        ATTRIBUTES,
        /** Also prompts and answers. */
        CONTENTS
    }

    @Autowired
    Traces(
            ObjectProvider<Tracer> tracer,
            ObjectProvider<Propagator> propagator,
            @Value("${baseload.tracing.detail:times}") Detail detail) {
        this(tracer.getIfAvailable(), propagator.getIfAvailable(), detail);
    }

    private Traces(@Nullable Tracer tracer, @Nullable Propagator propagator, Detail detail) {
        this.tracer = tracer;
        this.propagator = propagator;
        this.detail = detail;
    }

    /** Creates none. */
    public static Traces off() {
        return new Traces((Tracer) null, null, Detail.TIMES);
    }

    /**
     * The span of a call to a model, as a child of this thread's span.
     *
     * @param begun the start, as from {@link System#nanoTime}
     * @param remote whether it is a call to another server
     */
    public ModelSpan begin(String name, long begun, boolean remote) {
        if (tracer == null) {
            return ModelSpan.none();
        }
        var clock = SpanClock.now();
        var builder = tracer.spanBuilder().name(name).startTimestamp(clock.epochNanos(begun), SpanClock.UNIT);
        Optional.ofNullable(tracer.currentSpan()).map(Span::context).ifPresent(builder::setParent);
        if (remote) {
            builder.kind(Span.Kind.CLIENT);
        }
        return new ModelSpan(tracer, builder.start(), clock, begun, detail);
    }

    /** The HTTP headers that pass this thread's span to another server. */
    public Map<String, String> headers() {
        var headers = new HashMap<String, String>();
        var span = tracer == null ? null : tracer.currentSpan();
        if (span != null && propagator != null) {
            propagator.inject(span.context(), headers, (_, name, value) -> headers.put(name, value));
        }
        return headers;
    }
}

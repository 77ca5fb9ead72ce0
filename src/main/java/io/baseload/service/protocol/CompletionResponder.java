package io.baseload.service.protocol;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.service.inference.AdmittedRequest;
import io.baseload.service.inference.AnswerListener;
import io.baseload.service.inference.Inference;
import io.baseload.service.inference.InferenceRequest;
import io.baseload.service.inference.Origin;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.Json;
import io.baseload.service.web.LimitedRequest;
import io.baseload.service.web.RateLimitHeaders;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.springframework.stereotype.Component;

/** Calls the model and sends its answer, in one piece or as a stream. Until the request is admitted every refusal is an ordinary status with JSON, for streams too. */
@Component
public final class CompletionResponder {
    private final Inference inference;

    CompletionResponder(Inference inference) {
        this.inference = inference;
    }

    public void answer(Exchange exchange, ParsedRequest parsed) throws IOException {
        if (parsed.streaming()) {
            stream(exchange, parsed);
        } else {
            plain(exchange, parsed);
        }
    }

    private void stream(Exchange exchange, ParsedRequest parsed) throws IOException {
        var events = new PendingEvents(exchange.context().memory());
        AdmittedRequest admitted = ask(exchange, parsed, events);
        new StreamingResponse(exchange.response(), events, parsed.form().apply(admitted), exchange.id())
                .send(admitted.completion());
    }

    private void plain(Exchange exchange, ParsedRequest parsed) throws IOException {
        byte[] json;
        try (var answer = whole(
                parsed,
                exchange.generated(),
                listener -> ask(exchange, parsed, listener),
                () -> !LimitedRequest.hasClientLeft())) {
            json = Json.bytes(answer.body());
        }
        exchange.answerGenerated(json);
    }

    /** The answer to a line of a batch. */
    public BatchAnswer answerLater(RequestContext context, ParsedRequest parsed) {
        if (parsed.streaming()) {
            throw Invalid.unsupported("stream", "the answer to a line of a batch can't be streamed.");
        }
        return whole(
                parsed,
                context.memory(),
                listener -> ask(
                        context.caller(),
                        parsed.inference().urgently(Urgency.BATCH),
                        context.origin(),
                        parsed,
                        listener::accept),
                () -> true);
    }

    /** @param wanted whether anybody still waits for the answer */
    private static BatchAnswer whole(
            ParsedRequest parsed,
            LongConsumer memory,
            Function<WholeResponse, AdmittedRequest> asking,
            BooleanSupplier wanted) {
        var answer = new WholeResponse(parsed.choices(), memory);
        AdmittedRequest admitted = asking.apply(answer);
        CompletionEvent.Finished end = answer.await(admitted.completion(), wanted);
        Object body = parsed.form().apply(admitted).whole(answer.choices(), end);
        return new BatchAnswer(body, admitted.unenforcedFormats(), end.usage(), end.reasoningTokens(), answer::release);
    }

    private AdmittedRequest ask(Exchange exchange, ParsedRequest parsed, Consumer<CompletionEvent> listener) {
        InferenceRequest request =
                exchange.maxWait().map(parsed.inference()::within).orElse(parsed.inference());
        AdmittedRequest admitted =
                ask(exchange.caller(), request, exchange.origin(), parsed, new WaitingClient(listener));
        RateLimitHeaders.put(admitted.quota(), exchange.request(), exchange.response());
        UnenforcedFormats.put(admitted.unenforcedFormats(), exchange.response());
        return admitted;
    }

    private AdmittedRequest ask(
            Caller caller, InferenceRequest request, Origin origin, ParsedRequest parsed, AnswerListener listener) {
        try {
            return inference.ask(caller, request, origin, listener);
        } catch (InvalidRequestException e) {
            throw parsed.refusals().apply(e);
        }
    }
}

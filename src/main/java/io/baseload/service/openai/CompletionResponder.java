package io.baseload.service.openai;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.service.inference.AdmittedRequest;
import io.baseload.service.inference.Inference;
import io.baseload.service.inference.InferenceRequest;
import io.baseload.service.web.Json;
import io.baseload.service.web.RateLimitHeaders;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** Asks the model and sends its answer, in one piece or as a stream. Until the request is admitted every refusal is a plain status with JSON, on streams too. */
@Component
final class CompletionResponder {
    private final Inference inference;

    CompletionResponder(Inference inference) {
        this.inference = inference;
    }

    void answer(Exchange exchange, ParsedRequest parsed, Function<AdmittedRequest, Shape> shape) throws IOException {
        if (parsed.delivery().streaming()) {
            stream(exchange, parsed, shape);
        } else {
            plain(exchange, parsed, shape);
        }
    }

    private void stream(Exchange exchange, ParsedRequest parsed, Function<AdmittedRequest, Shape> shape)
            throws IOException {
        var events = new LinkedBlockingQueue<CompletionEvent>();
        AdmittedRequest admitted = ask(exchange, parsed, events::add);
        new StreamingResponse(exchange.response(), events, shape.apply(admitted), parsed, exchange.id())
                .send(admitted.completion());
    }

    /** Runs to its end also when the client leaves: nothing is written before, so nobody can know. */
    private void plain(Exchange exchange, ParsedRequest parsed, Function<AdmittedRequest, Shape> shape)
            throws IOException {
        var answer = new WholeResponse(parsed.choices());
        AdmittedRequest admitted = ask(exchange, parsed, answer);
        CompletionEvent.Finished end = answer.await();
        Json.write(exchange.response(), shape.apply(admitted).whole(answer.choices(), end));
    }

    private AdmittedRequest ask(Exchange exchange, ParsedRequest parsed, Consumer<CompletionEvent> listener) {
        InferenceRequest request =
                exchange.maxWait().map(parsed.inference()::within).orElse(parsed.inference());
        AdmittedRequest admitted = inference.ask(exchange.caller(), request, exchange.origin(), listener);
        RateLimitHeaders.of(admitted.quota()).forEach(exchange.response()::setHeader);
        return admitted;
    }
}

package io.baseload.service.openai;

import io.baseload.engine.api.FlowId.Urgency;
import io.baseload.engine.api.Usage;
import io.baseload.service.inference.EncodingCall;
import io.baseload.service.inference.EncodingResult;
import io.baseload.service.inference.Inference;
import io.baseload.service.protocol.BatchAnswer;
import io.baseload.service.protocol.Exchange;
import io.baseload.service.protocol.RequestContext;
import io.baseload.service.web.Json;
import io.baseload.service.web.LimitedRequest;
import io.baseload.service.web.RateLimitHeaders;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** Calls an encoder and sends the result. If the client leaves, texts whose computation has not begun are not computed. */
@Component
final class EncodingResponder {
    private final Inference inference;

    EncodingResponder(Inference inference) {
        this.inference = inference;
    }

    void answer(Exchange exchange, EncodingCall call, Function<EncodingResult, Object> body) throws IOException {
        var hurried = exchange.maxWait().map(call::within).orElse(call);
        try (EncodingResult encoded = inference.encode(
                exchange.caller(), hurried, exchange.origin(), () -> !LimitedRequest.hasClientLeft())) {
            if (!encoded.limited()) {
                exchange.countGenerated(encoded.bytes());
            }
            RateLimitHeaders.put(encoded.quota(), exchange.request(), exchange.response());
            Json.stream(exchange.response(), body.apply(encoded));
        }
    }

    /** The answer to a line of a batch. */
    BatchAnswer answerLater(RequestContext context, EncodingCall call, Function<EncodingResult, Object> body) {
        EncodingResult encoded =
                inference.encode(context.caller(), call.urgently(Urgency.BATCH), context.origin(), () -> true);
        try {
            if (!encoded.limited()) {
                context.memory().accept(encoded.bytes());
            }
            var usage = new Usage(encoded.tokens(), 0);
            return new BatchAnswer(body.apply(encoded), List.of(), usage, 0, encoded.release());
        } catch (RuntimeException | Error e) {
            encoded.close();
            throw e;
        }
    }
}

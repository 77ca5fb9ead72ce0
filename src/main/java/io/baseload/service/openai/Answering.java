package io.baseload.service.openai;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.service.inference.Asked;
import io.baseload.service.inference.Inference;
import io.baseload.service.web.Answers;
import io.baseload.service.web.RateLimitHeaders;
import java.io.IOException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.springframework.stereotype.Component;

/** Asks and answers, in one piece or as a stream. Until the question is admitted every refusal is a plain status with JSON, on streams too. */
@Component
final class Answering {
    private final Inference inference;

    Answering(Inference inference) {
        this.inference = inference;
    }

    void answer(Exchange exchange, Question question, Function<Asked, Shape> shape) throws IOException {
        if (question.delivery().streaming()) {
            stream(exchange, question, shape);
        } else {
            plain(exchange, question, shape);
        }
    }

    private void stream(Exchange exchange, Question question, Function<Asked, Shape> shape) throws IOException {
        var events = new LinkedBlockingQueue<CompletionEvent>();
        Asked asked = ask(exchange, question, events::add);
        new EventStream(exchange.response(), events, shape.apply(asked), question, exchange.id())
                .send(asked.completion());
    }

    /** Runs to its end also when the client leaves: nothing is written before, so nobody can know. */
    private void plain(Exchange exchange, Question question, Function<Asked, Shape> shape) throws IOException {
        var answer = new PlainAnswer(question.choices());
        Asked asked = ask(exchange, question, answer);
        CompletionEvent.Finished end = answer.await();
        Answers.json(exchange.response(), shape.apply(asked).whole(answer.choices(), end));
    }

    private Asked ask(Exchange exchange, Question question, Consumer<CompletionEvent> listener) {
        Asked asked = inference.ask(
                exchange.caller(), question.model(), question.request(), exchange.origin(question), listener);
        RateLimitHeaders.of(asked.quota()).forEach(exchange.response()::setHeader);
        return asked;
    }
}

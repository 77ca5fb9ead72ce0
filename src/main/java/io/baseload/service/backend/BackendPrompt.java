package io.baseload.service.backend;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.engine.api.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** A request that is ready to be sent. Only the backend can count its tokens, so there are two estimates: an upper bound and a likely value. */
final class BackendPrompt implements PreparedCompletion {
    /** The tokens that a chat template may add: instructions, the date, how tools are called. */
    private static final int TEMPLATE_TOKENS = 256;
    /** Bytes per token in most texts. */
    private static final int USUAL_BYTES = 4;

    private final BackendClient client;
    private final BackendCall call;
    private final BackendRoute route;
    private final CompletionRequest request;
    private final byte[] body;

    BackendPrompt(BackendClient client, BackendCall call, BackendRoute route, CompletionRequest request, byte[] body) {
        this.client = client;
        this.call = call;
        this.route = route;
        this.request = request;
        this.body = body;
    }

    /** Whose request it is, and to which model. */
    BackendCall call() {
        return call;
    }

    BackendRoute route() {
        return route;
    }

    /** The field that asks for more than one answer. */
    String multiplyingField() {
        return request.choices() > 1 ? "n" : "prompt";
    }

    /** No tokenizer produces more tokens than a text has bytes. Beside texts, the body has more bytes than a backend adds tokens. */
    @Override
    public int promptTokens() {
        return body.length + (route == BackendRoute.CHAT ? TEMPLATE_TOKENS : 0);
    }

    @Override
    public int likelyPromptTokens() {
        return request.input() instanceof Input.Tokens tokens ? tokens.count() : Math.ceilDiv(body.length, USUAL_BYTES);
    }

    @Override
    public int answers() {
        return request.answers();
    }

    @Override
    public int maxTokens() {
        return request.maxTokens().orElse(Integer.MAX_VALUE);
    }

    @Override
    public boolean maxTokensGiven() {
        return request.maxTokens().isPresent();
    }

    @Override
    public List<String> unenforcedFormats() {
        return List.of();
    }

    @Override
    public Completion start(
            IntFunction<Lease> leases, Optional<Duration> patience, Consumer<CompletionEvent> listener) {
        List<Lease> all = IntStream.range(0, answers()).mapToObj(leases).toList();
        var stream = client.open(route, call, body, patience, () -> all.stream().anyMatch(Lease::isWanted));
        var answer = new BackendAnswer(client, this, stream, all, listener);
        Thread.ofVirtual().name("backend-" + client.backend().name()).start(answer);
        return answer;
    }
}

package io.baseload.service.guardrail;

import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.outbound.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls a filter server. It counts as having no answer if none arrives in time, or not in the form described in docs/guardrails.md. */
final class HookFilter implements Filter {
    private static final Logger log = LoggerFactory.getLogger(HookFilter.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MAX_BYTES = 8 << 20;
    private static final int MAX_REASON_CHARACTERS = 200;

    private final FilterSettings.Hook settings;
    private final Connection connection;

    /** The HTTP client for such servers. */
    record Connection(HttpClient http, AllowedHosts hosts, Secrets secrets) {}

    HookFilter(FilterSettings.Hook settings, Connection connection) {
        this.settings = settings;
        this.connection = connection;
    }

    /** The server gave no answer. */
    private static final class NoAnswerException extends Exception {
        NoAnswerException(String why) {
            super(why, null, false, false);
        }
    }

    @Override
    public int window() {
        return settings.window() == 0 ? Integer.MAX_VALUE : settings.window();
    }

    @Override
    public FilterResult apply(List<String> texts, Subject subject) {
        if (texts.isEmpty()) {
            return FilterResult.passed(texts, List.of(verdict(Action.ALLOW, subject)));
        }
        try {
            return read(ask(texts, subject), texts, subject);
        } catch (NoAnswerException e) {
            log.warn("{}: the guardrail {} did not answer: {}", subject.requestId(), settings.name(), e.getMessage());
            var failure = Optional.of(String.valueOf(e.getMessage()));
            var action = settings.failsOpen() ? Action.ALLOW : Action.BLOCK;
            var verdicts = List.of(new Verdict(settings.name(), subject.side(), action, Map.of(), failure));
            return settings.failsOpen()
                    ? FilterResult.passed(texts, verdicts)
                    : FilterResult.blocked("the filter does not answer now", verdicts);
        }
    }

    private JsonNode ask(List<String> texts, Subject subject) throws NoAnswerException {
        try {
            if (!connection.hosts().allowsConnection(settings.url())) {
                throw new NoAnswerException("its host is not allowed");
            }
            var request = HttpRequest.newBuilder(settings.url())
                    .timeout(Duration.ofMillis(settings.timeoutMillis()))
                    .header("Content-Type", "application/json")
                    .header("Accept", "application/json")
                    .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(Map.of(
                            "request_id", subject.requestId(),
                            "tenant", subject.tenant(),
                            "model", subject.model(),
                            "side", subject.side().wire(),
                            "texts", texts))));
            connection
                    .secrets()
                    .find(settings.key())
                    .ifPresent(key -> request.header("Authorization", "Bearer " + key));
            return JSON.readTree(answer(request.build()));
        } catch (JacksonException e) {
            throw new NoAnswerException("its answer is not JSON");
        } catch (IOException e) {
            throw new NoAnswerException(e instanceof HttpTimeoutException ? "timeout" : "it can't be reached");
        }
    }

    /** Headers and body together within the timeout, so that a body that trickles doesn't extend it. */
    private byte[] answer(HttpRequest request) throws NoAnswerException, IOException {
        CompletableFuture<byte[]> body = new CompletableFuture<>();
        var thread = Thread.ofVirtual().start(() -> {
            try {
                body.complete(send(request));
            } catch (IOException | InterruptedException | NoAnswerException | RuntimeException e) {
                body.completeExceptionally(e);
            }
        });
        try {
            return body.get(settings.timeoutMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            thread.interrupt();
            throw new NoAnswerException("timeout");
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new NoAnswerException("interrupted");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case NoAnswerException none -> throw none;
                case IOException failed -> throw failed;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    private byte[] send(HttpRequest request) throws IOException, InterruptedException, NoAnswerException {
        var response = connection.http().send(request, BodyHandlers.ofInputStream());
        try (InputStream in = response.body()) {
            if (response.statusCode() != 200) {
                throw new NoAnswerException("it answered " + response.statusCode());
            }
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new NoAnswerException("its answer is too large");
            }
            return bytes;
        }
    }

    private FilterResult read(JsonNode answer, List<String> texts, Subject subject) throws NoAnswerException {
        return switch (answer.path("action").asString("")) {
            case "allow" -> FilterResult.passed(texts, List.of(verdict(Action.ALLOW, subject)));
            case "redact" ->
                FilterResult.passed(
                        redacted(answer.path("texts"), texts.size()), List.of(verdict(Action.REDACT, subject)));
            case "block" -> FilterResult.blocked(reason(answer), List.of(verdict(Action.BLOCK, subject)));
            default -> throw new NoAnswerException("its answer has no action that there is");
        };
    }

    private static List<String> redacted(JsonNode texts, int count) throws NoAnswerException {
        if (!texts.isArray() || texts.size() != count || !texts.valueStream().allMatch(JsonNode::isString)) {
            throw new NoAnswerException("its answer has a different number of texts than the request");
        }
        return texts.valueStream().map(JsonNode::stringValue).toList();
    }

    /** Shown to the client: short, and on one line. */
    private static String reason(JsonNode answer) {
        String reason = answer.path("reason").asString("").replaceAll("\\p{Cntrl}", " ");
        return reason.substring(0, Math.min(reason.length(), MAX_REASON_CHARACTERS))
                .strip();
    }

    private Verdict verdict(Action action, Subject subject) {
        return new Verdict(settings.name(), subject.side(), action, Map.of(), Optional.empty());
    }
}

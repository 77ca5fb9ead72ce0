package io.baseload.service.backend;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.UpstreamBusyException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.service.outbound.RetryAfterHeader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The meaning of a backend's refusal to start an answer. Its messages about itself are for operators; its messages about the request are for the caller. */
final class BackendReplies {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MAX_MESSAGE = 500;
    /** Every backend has chats; the other routes may be missing, or switched off (501 by llama.cpp's server). */
    private static final Set<Integer> UNSUPPORTED = Set.of(404, 405, 501);

    private static final Duration SOON = Duration.ofSeconds(1);

    private BackendReplies() {}

    static boolean begins(BackendRoute route, HttpResponse<?> response) {
        return response.statusCode() == 200 && contentType(response).startsWith(route.contentType());
    }

    private static String contentType(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("nothing");
    }

    /**
     * The exception for the caller; faults also affect the health: a refused key that of the backend, all others that of the requested model.
     *
     * @param body its beginning; empty if there is none
     */
    static RuntimeException failure(
            String backend,
            BackendRoute route,
            HttpResponse<?> response,
            byte[] body,
            ModelHealths healths,
            BackendCall call) {
        int status = response.statusCode();
        if (route != BackendRoute.CHAT && UNSUPPORTED.contains(status)) {
            return new UpstreamException(
                    Reason.UNSUPPORTED,
                    "The backend '" + backend + "' answers POST /" + route.path() + " with " + status
                            + ": it has no such route, or does not know the model.");
        }
        BackendHealth health = status == 401 ? healths.whole() : healths.of(call.model());
        JsonNode answer = json(new String(body, StandardCharsets.UTF_8));
        String said = said(answer);
        String inFull = "answered " + status + (said.isEmpty() ? "" : ": " + said);
        return switch (status) {
            case 200 -> {
                String what = "answered " + contentType(response) + " instead of " + route.form();
                yield failed(backend, what, health, what);
            }
            case 400, 413, 422 -> refused(backend, route, error(answer), said);
            case 401 -> failed(backend, "refuses the service's key (401)", health, inFull);
            case 403 -> {
                health.failed(call.owner(), inFull); // a firewall before it refuses single requests so
                yield new UpstreamException(
                        Reason.FAILED, "The backend '" + backend + "' refuses the service's key (403).");
            }
            case 404 -> {
                health.failed(call.owner(), inFull); // so does a model for other routes
                yield new UpstreamException(
                        Reason.FAILED, "The backend '" + backend + "' does not know the model, or the route (404).");
            }
            case 429, 503 -> {
                Duration pause = RetryAfterHeader.of(response).orElse(SOON);
                health.cool(pause, inFull);
                yield new UpstreamBusyException("The backend '" + backend + "' is busy (" + status + ").", pause);
            }
            case 500 -> {
                health.failed(call.owner(), inFull); // some engines answer so to requests that they can't handle
                yield new UpstreamException(Reason.FAILED, "The backend '" + backend + "' answered 500.");
            }
            case 408, 504 -> {
                health.failed(call.owner(), inFull); // a proxy, for a request that took too long
                yield new UpstreamException(
                        Reason.TIMEOUT, "The backend '" + backend + "' took too long (" + status + ").");
            }
            default -> {
                boolean redirects = status / 100 == 3;
                yield failed(
                        backend,
                        "answered " + status + (redirects ? ", and redirects are not followed" : ""),
                        health,
                        inFull);
            }
        };
    }

    /**
     * A failure whose error the caller doesn't see.
     *
     * @param what for the caller
     * @param error for operators
     */
    private static UpstreamException failed(String backend, String what, BackendHealth health, String error) {
        health.failed(error);
        return new UpstreamException(Reason.FAILED, "The backend '" + backend + "' " + what + ".");
    }

    private static InvalidRequestException refused(String backend, BackendRoute route, JsonNode error, String said) {
        String field = text(error, "param");
        String code = text(error, "code");
        return new InvalidRequestException(
                field.isEmpty() ? route.field() : field,
                code.matches("[a-z_]{1,64}") ? code : "invalid_value",
                "The backend '" + backend + "' refuses the request" + (said.isEmpty() ? "." : ": " + said));
    }

    /** Missing if it is not JSON. */
    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            return JSON.missingNode();
        }
    }

    /** {@code {"error": {…}}}, as in OpenAI's API, or the same without the outer object. */
    private static JsonNode error(JsonNode answer) {
        return answer.path("error").isObject() ? answer.path("error") : answer;
    }

    /** Whether this is an error, and not a part of an answer: an object, or a text as from Ollama and TGI. */
    static boolean isError(JsonNode answer) {
        return answer.path("error").isObject() || !text(answer, "error").isEmpty();
    }

    /** An error's message; empty if it has none. */
    static String said(JsonNode answer) {
        String text = text(answer, "error");
        return text.isEmpty() ? text(error(answer), "message") : text;
    }

    /** Printable and short; empty if there is none. */
    static String text(JsonNode node, String name) {
        String text = node.path(name).isString() ? node.path(name).stringValue() : "";
        String printable = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return printable.length() > MAX_MESSAGE ? printable.substring(0, MAX_MESSAGE) + "…" : printable;
    }
}

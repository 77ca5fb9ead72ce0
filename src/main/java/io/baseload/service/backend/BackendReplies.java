package io.baseload.service.backend;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.UpstreamBusyException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import java.net.http.HttpResponse;
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
    private static final Duration MAX_PAUSE = Duration.ofSeconds(60);

    private BackendReplies() {}

    static boolean begins(BackendRoute route, HttpResponse<?> response) {
        return response.statusCode() == 200 && contentType(response).startsWith(route.contentType());
    }

    private static String contentType(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("nothing");
    }

    /**
     * The exception for the caller; the backend's own faults also affect its health.
     *
     * @param body its beginning; empty if there is none
     * @param owner of the request
     */
    static RuntimeException failure(
            String backend,
            BackendRoute route,
            HttpResponse<?> response,
            byte[] body,
            BackendHealth health,
            String owner) {
        int status = response.statusCode();
        if (route != BackendRoute.CHAT && UNSUPPORTED.contains(status)) {
            return new UpstreamException(
                    Reason.UNSUPPORTED,
                    "The backend '" + backend + "' answers POST /" + route.path() + " with " + status
                            + ": it has no such route, or does not know the model.");
        }
        JsonNode error = error(body);
        String said = text(error, "message");
        String inFull = "answered " + status + (said.isEmpty() ? "" : ": " + said);
        return switch (status) {
            case 200 -> failed(backend, "answered " + contentType(response) + " instead of " + route.form(), health);
            case 400, 413, 422 -> refused(backend, route, error, said);
            case 401, 403 -> failed(backend, "refuses the service's key (" + status + ")", health);
            case 404 ->
                new UpstreamException(
                        Reason.FAILED, "The backend '" + backend + "' does not know the model, or the route (404).");
            case 429, 503 -> {
                Duration pause = retryAfter(response);
                health.cool(pause, inFull);
                yield new UpstreamBusyException("The backend '" + backend + "' is busy (" + status + ").", pause);
            }
            case 500 -> {
                health.failed(owner, inFull); // some engines answer so to requests that they can't handle
                yield new UpstreamException(Reason.FAILED, "The backend '" + backend + "' answered 500.");
            }
            case 408, 504 -> {
                health.failed(owner, inFull); // a proxy, for a request that took too long
                yield new UpstreamException(
                        Reason.TIMEOUT, "The backend '" + backend + "' took too long (" + status + ").");
            }
            default -> {
                if (status / 100 == 3) {
                    yield failed(backend, "answered " + status + ", and redirects are not followed", health);
                }
                health.failed(inFull);
                yield new UpstreamException(Reason.FAILED, "The backend '" + backend + "' answered " + status + ".");
            }
        };
    }

    private static UpstreamException failed(String backend, String what, BackendHealth health) {
        health.failed(what);
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

    private static Duration retryAfter(HttpResponse<?> response) {
        Duration pause = response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,6}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .orElse(SOON);
        return pause.compareTo(MAX_PAUSE) < 0 ? pause : MAX_PAUSE;
    }

    /** {@code {"error": {…}}}, as in OpenAI's API, or the same without the outer object. */
    private static JsonNode error(byte[] body) {
        try {
            JsonNode answer = JSON.readTree(body);
            return answer.path("error").isObject() ? answer.path("error") : answer;
        } catch (JacksonException e) {
            return JSON.missingNode();
        }
    }

    /** Printable and short; empty if there is none. */
    static String text(JsonNode node, String name) {
        String text = node.path(name).isString() ? node.path(name).stringValue() : "";
        String printable = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return printable.length() > MAX_MESSAGE ? printable.substring(0, MAX_MESSAGE) + "…" : printable;
    }
}

package io.baseload.service.protocol;

import io.baseload.service.inference.Origin;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Json;
import io.baseload.service.web.LimitedRequest;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** A request, its answer, and the caller. */
public record Exchange(HttpServletRequest request, HttpServletResponse response, Caller caller) {
    static final String MAX_WAIT = "x-max-wait-ms";
    /** What each connection may have in memory in addition to the connection itself. */
    private static final int MAX_UNCOUNTED = 64 << 10;

    public String id() {
        return RequestIds.of(request);
    }

    public Origin origin() {
        return new Origin(id(), request.getRemoteAddr());
    }

    /** How long the client wants to wait until its answer starts. */
    public Optional<Duration> maxWait() {
        String text = request.getHeader(MAX_WAIT);
        if (text == null) {
            return Optional.empty();
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw ApiException.invalid(
                    null, "invalid_value", "The header '" + MAX_WAIT + "' must be a number of milliseconds.");
        }
        return Optional.of(Duration.ofMillis(Long.parseLong(text)));
    }

    /** The part that does not need the connection. */
    public RequestContext context() {
        return new RequestContext(caller, origin(), bytes -> LimitedRequest.count(request, bytes));
    }

    /** The body, for which this waits. */
    public byte[] body() throws IOException {
        return request.getInputStream().readAllBytes();
    }

    /** Sends JSON. A large answer counts as a body until the client has read it. */
    public void answer(Object value) throws IOException {
        answer(Json.bytes(value));
    }

    /** Sends finished JSON in the same way. */
    public void answer(byte[] json) throws IOException {
        count(json.length);
        Json.send(response, json);
    }

    /** Sends finished JSON that a model has generated, at the tenant's cost. */
    void answerGenerated(byte[] json) throws IOException {
        countGenerated(json.length);
        Json.send(response, json);
    }

    /** Counts as {@link #count} what a model has generated, at the tenant's cost. */
    public void countGenerated(long bytes) {
        if (bytes > MAX_UNCOUNTED) {
            generated().accept(bytes);
        }
    }

    /** The memory of what a model generates, at the tenant's cost. */
    LongConsumer generated() {
        return bytes -> {
            try {
                LimitedRequest.count(request, bytes);
            } catch (ApiException full) {
                throw full.afterGeneration();
            }
        };
    }

    /** Counts an answer of which so much is in memory until the client has read it, if it is large. */
    private void count(long bytes) {
        if (bytes > MAX_UNCOUNTED) {
            LimitedRequest.count(request, bytes);
        }
    }

    /** Reads the body. */
    public <T> T read(Function<Fields, T> reader) throws IOException {
        return context().read(body(), reader);
    }
}

package io.baseload.service.protocol;

import io.baseload.service.inference.Origin;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.LimitedRequest;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** A request, its answer, and the caller. */
public record Exchange(HttpServletRequest request, HttpServletResponse response, Caller caller) {
    static final String MAX_WAIT = "x-max-wait-ms";

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

    /** Reads the body. */
    public <T> T read(Function<Fields, T> reader) throws IOException {
        return context().read(body(), reader);
    }
}

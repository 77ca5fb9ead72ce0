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
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** A request, its answer, and the caller. */
public record Exchange(HttpServletRequest request, HttpServletResponse response, Caller caller) {
    static final String MAX_WAIT = "x-max-wait-ms";

    private static final int BYTES_AT_ONCE = 8 << 20;
    private static final Semaphore TURNS = new Semaphore(BYTES_AT_ONCE, true);
    private static final Semaphore TURNS_OF_KEPT = new Semaphore(BYTES_AT_ONCE, true);

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

    /** Reads the body. Only the reading waits for the client; the tree built from a body is about ten times its size, so large ones take turns. */
    public <T> T read(Function<Fields, T> reader) throws IOException {
        return read(TURNS, request.getInputStream().readAllBytes(), reader);
    }

    /** Reads a text that was kept of an earlier request, while the body is read. Such texts have turns of their own, in which nothing waits for a body's. */
    public <T> T readKept(byte[] text, Function<Fields, T> reader) {
        return read(TURNS_OF_KEPT, text, reader);
    }

    private static <T> T read(Semaphore turns, byte[] text, Function<Fields, T> reader) {
        int weight = Math.min(text.length, BYTES_AT_ONCE);
        turns.acquireUninterruptibly(weight);
        try {
            return reader.apply(Fields.of(text));
        } finally {
            turns.release(weight);
        }
    }

    /** Counts texts that were kept of earlier requests to the memory that bodies may take together. */
    public void count(long bytes) {
        LimitedRequest.count(request, bytes);
    }
}

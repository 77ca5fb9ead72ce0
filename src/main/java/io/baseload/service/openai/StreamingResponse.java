package io.baseload.service.openai;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.service.web.Failures;
import io.baseload.service.web.Json;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends an answer as it is generated, as server-sent events, from the request's own (virtual) thread. The engine's thread only puts events into the queue, which
 * holds no more than the answer has tokens. While nothing else is written a comment is: a client that left is noticed when the second write after that fails.
 */
final class StreamingResponse {
    private static final Logger LOG = LoggerFactory.getLogger(StreamingResponse.class);
    /** Two of these find a client that left, and a step of the engine must still fit into the 2 s within which its work stops. */
    private static final long PING_MILLIS = 300;

    private static final byte[] PING = ascii(":ping\n\n");
    private static final byte[] DATA = ascii("data: ");
    private static final byte[] ERROR = ascii("event: error\ndata: ");
    private static final byte[] END = ascii("\n\n");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");

    private final BlockingQueue<CompletionEvent> events;
    private final Shape shape;
    private final ParsedRequest parsed;
    private final String requestId;
    private final ServletOutputStream out;

    StreamingResponse(
            HttpServletResponse response,
            BlockingQueue<CompletionEvent> events,
            Shape shape,
            ParsedRequest parsed,
            String requestId)
            throws IOException {
        response.setContentType("text/event-stream");
        response.setHeader("Cache-Control", "no-cache");
        response.setHeader("X-Accel-Buffering", "no");
        this.out = response.getOutputStream();
        this.events = events;
        this.shape = shape;
        this.parsed = parsed;
        this.requestId = requestId;
    }

    /** Sends everything, or cancels the completion when nobody listens any more. */
    void send(Completion completion) {
        try {
            sendAll(completion);
        } catch (IOException gone) {
            LOG.debug("{}: the client left: {}", requestId, gone.toString());
            completion.cancel();
        }
    }

    private void sendAll(Completion completion) throws IOException {
        try {
            open();
            relay();
        } catch (InterruptedException e) {
            completion.cancel();
            sendError(Stopped.error());
        } catch (RuntimeException bug) {
            completion.cancel();
            sendError(bug);
        }
    }

    private void open() throws IOException {
        for (Object chunk : shape.opening(parsed.choices())) {
            send(chunk);
        }
        out.flush();
    }

    /** Flushes when no more is waiting: each token at once, and together those that came while the client was slow. */
    private void relay() throws IOException, InterruptedException {
        boolean more = true;
        while (more) {
            @Nullable CompletionEvent event = events.poll(PING_MILLIS, TimeUnit.MILLISECONDS);
            if (event == null) {
                out.write(PING);
            } else {
                more = send(event);
            }
            if (events.isEmpty()) {
                out.flush();
            }
        }
    }

    /** Returns false after the last event. */
    private boolean send(CompletionEvent event) throws IOException {
        switch (event) {
            case CompletionEvent.Piece piece -> send(shape.chunk(piece));
            case CompletionEvent.ChoiceFinished end -> send(shape.end(end));
            case CompletionEvent.Finished end -> finish(end);
            case CompletionEvent.Failed failure -> sendError(failure.cause());
        }
        return !(event instanceof CompletionEvent.Finished) && !(event instanceof CompletionEvent.Failed);
    }

    private void finish(CompletionEvent.Finished end) throws IOException {
        if (end.cancelled()) {
            sendError(Stopped.error());
            return;
        }
        if (parsed.delivery().usage()) {
            send(shape.usage(end));
        }
        out.write(DONE);
        out.flush();
    }

    private void send(Object chunk) throws IOException {
        write(DATA, chunk);
    }

    /** Without it, and without [DONE] missing after it, clients take a cut stream for a complete answer. */
    private void sendError(Throwable failure) throws IOException {
        write(ERROR, Failures.of(failure, requestId).body());
        out.flush();
    }

    private void write(byte[] field, Object value) throws IOException {
        byte[] json = Json.bytes(value);
        out.write(field);
        out.write(json);
        out.write(END);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

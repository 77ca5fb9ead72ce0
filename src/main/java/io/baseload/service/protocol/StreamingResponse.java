package io.baseload.service.protocol;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.engine.api.Usage;
import io.baseload.service.web.Failures;
import io.baseload.service.web.LimitedRequest;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends an answer as it is generated, as server-sent events, from the request's own (virtual) thread. The engine's thread only puts events into a queue, which holds at most as
 * many as the answer has tokens. While there is nothing to send, the connection is checked, so that a client that has left is noticed, and now and then a comment is sent, so that
 * proxies keep the connection open.
 */
final class StreamingResponse {
    private static final Logger LOG = LoggerFactory.getLogger(StreamingResponse.class);
    /** A step of the engine must still fit into the 2 s within which its work stops after the client has left. */
    private static final Duration CHECK = Duration.ofMillis(300);
    /** Checks without anything to send: 10 s. Some clients give up after a few hundred lines that are not data. */
    private static final int CHECKS_PER_PING = 33;

    /** Without a blank line, which some clients take for the end of an event even after a comment alone. */
    private static final byte[] PING = ":ping\n".getBytes(StandardCharsets.US_ASCII);

    private final PendingEvents events;
    private final AnswerForm form;
    private final String requestId;
    private final ServletOutputStream out;

    StreamingResponse(HttpServletResponse response, PendingEvents events, AnswerForm form, String requestId)
            throws IOException {
        response.setContentType("text/event-stream");
        response.setHeader("Cache-Control", "no-cache");
        response.setHeader("X-Accel-Buffering", "no");
        this.out = response.getOutputStream();
        this.events = events;
        this.form = form;
        this.requestId = requestId;
    }

    /** Sends everything, or cancels the completion when the client has left. */
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
            send(form.opening());
            out.flush(); // before an event, so that the answer is in chunks however soon it ends
            relay();
        } catch (InterruptedException e) {
            completion.cancel();
            sendFailure(StoppedAnswer.error(), completion.usage());
        } catch (RuntimeException bug) {
            completion.cancel();
            sendFailure(bug, completion.usage());
        }
    }

    /** Flushes when no more is waiting: each token at once, or together those that arrived while the client was slow. The last event is sent with the end of the answer, by Tomcat. */
    private void relay() throws IOException, InterruptedException {
        boolean more = true;
        int checks = 0;
        while (more) {
            @Nullable CompletionEvent event = events.poll(CHECK);
            if (event != null) {
                more = send(event);
                checks = 0;
            } else if (LimitedRequest.hasClientLeft()) {
                throw new EOFException("it closed its side of the connection");
            } else if (++checks % CHECKS_PER_PING == 0) {
                out.write(PING);
            }
            if (more) {
                flushIfIdle();
            }
        }
    }

    private void flushIfIdle() throws IOException {
        if (events.isEmpty()) {
            out.flush();
        }
    }

    /** Returns false after the last event. */
    private boolean send(CompletionEvent event) throws IOException {
        switch (event) {
            case CompletionEvent.Piece piece -> send(form.piece(piece));
            case CompletionEvent.ChoiceFinished end -> send(form.end(end));
            case CompletionEvent.Finished end when end.cancelled() -> sendFailure(StoppedAnswer.error(), end.usage());
            case CompletionEvent.Finished end -> send(form.finish(end));
            case CompletionEvent.Failed failure -> sendFailure(failure.cause(), failure.usage());
        }
        return !(event instanceof CompletionEvent.Finished) && !(event instanceof CompletionEvent.Failed);
    }

    private void sendFailure(Throwable failure, Usage usage) throws IOException {
        send(form.failure(Failures.of(failure, requestId), usage));
        out.flush();
    }

    private void send(List<StreamEvent> some) throws IOException {
        for (StreamEvent event : some) {
            event.write(out);
        }
    }
}

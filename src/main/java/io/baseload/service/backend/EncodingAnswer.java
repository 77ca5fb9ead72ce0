package io.baseload.service.backend;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.RunningEncoding;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Usage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/**
 * Outputs computed by a backend, read on a separate thread. They are complete when the answer has been read to its end; cancelling them closes the connection. The usage is the one
 * reported by the backend. Until then, and if there is none, it is the estimate for the texts.
 */
final class EncodingAnswer implements RunningEncoding, Runnable {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final BackendClient client;
    private final BackendCall call;
    private final AnswerStream stream;
    private final OutputReader reader;
    private final VectorMemory.Share memory;
    private final AtomicInteger length;
    private final CompletableFuture<List<float[]>> outputs = new CompletableFuture<>();
    private volatile Usage usage;

    /**
     * @param memory which the reader takes; it is given back when this is closed, or nobody gets the outputs
     * @param length receives that of the vectors
     */
    EncodingAnswer(
            BackendClient client,
            BackendCall call,
            AnswerStream stream,
            OutputReader reader,
            VectorMemory.Share memory,
            AtomicInteger length,
            int likelyTokens) {
        this.client = client;
        this.call = call;
        this.stream = stream;
        this.reader = reader;
        this.memory = memory;
        this.length = length;
        this.usage = new Usage(likelyTokens, 0, 0, true);
        var unused = outputs.whenComplete((all, failure) -> {
            if (outputs.isCancelled()) {
                stream.close();
            }
        });
    }

    @Override
    public CompletableFuture<List<float[]>> outputs() {
        return outputs;
    }

    @Override
    public Usage usage() {
        return usage;
    }

    @Override
    public void run() {
        try {
            if (!outputs.complete(readToEnd())) {
                close();
            }
        } catch (RuntimeException | Error e) {
            close();
            outputs.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        memory.close();
    }

    /** Whoever gets the outputs finds the connection free. */
    private List<float[]> readToEnd() {
        try (stream) {
            return read();
        }
    }

    private List<float[]> read() {
        try {
            List<float[]> all = reader.read(stream.bytes(OutputReader.MAX_BYTES));
            memory.complete();
            client.succeeded(call);
            return all;
        } catch (InvalidRequestException | OverloadedException e) {
            client.unusable(e);
            throw e;
        } catch (UpstreamException e) {
            throw e.reason() == Reason.TIMEOUT ? broke(e) : garbled(e);
        } catch (JacksonIOException | UnexpectedEndOfInputException e) {
            throw stream.isClosed() ? cancelled() : broke(failed("broke off its answer"));
        } catch (JacksonException e) {
            throw garbled(failed("sent something that is not JSON"));
        } catch (RuntimeException | Error bug) {
            client.garbled(call, failed("sent an answer that this service can't read"));
            throw bug;
        } finally {
            reader.length().ifPresent(length::set);
            reader.tokens().ifPresent(tokens -> usage = new Usage(tokens, 0));
        }
    }

    private UpstreamException broke(UpstreamException failure) {
        client.broke(call, failure);
        return failure;
    }

    private UpstreamException garbled(UpstreamException failure) {
        client.garbled(call, failure);
        return failure;
    }

    /** Nobody waits for it any more, or the service stops. */
    private OverloadedException cancelled() {
        client.cancelled();
        return new OverloadedException("The service stops.", SOON);
    }

    private static UpstreamException failed(String what) {
        return new UpstreamException(Reason.FAILED, "The backend " + what + ".");
    }
}

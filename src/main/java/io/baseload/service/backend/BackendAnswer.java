package io.baseload.service.backend;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.Usage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer computed by a backend: reads its chunks and passes them on, from a separate thread.
 *
 * <p>The usage is the one reported by the backend. Until then, and if there is none, it is an estimate: the prompt by its bytes, the answers by their chunks. Chunks after the last
 * report are added to it. The lease is asked
 * before each chunk as the engine asks it before each token. If the request set a maximum, the backend enforces it, and chunks are not tokens: the lease then only ends answers
 * that are far beyond the maximum, or that this process may no longer continue.
 */
final class BackendAnswer implements Completion, Runnable {
    /** A chunk may have 4 MB, and its tree uses up to a hundred bytes for each token. */
    private static final int MAX_TOKENS = 100_000;

    private static final JsonMapper JSON = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
            .build());
    private static final long PAUSE_MILLIS = 5;
    /** Chunks beyond twice the maximum that still count as within it: the start of a call, reasoning and text have separate chunks. */
    private static final int MAX_SPARE_CHUNKS = 16;
    /** Finish reasons that some engines write into every chunk instead of a null. */
    private static final Set<String> UNFINISHED = Set.of("", "null");

    private final BackendClient client;
    private final BackendPrompt prompt;
    private final AnswerStream stream;
    private final Consumer<CompletionEvent> listener;
    private final List<ChoiceReader> choices;
    private final List<Lease> leases;
    private volatile Report report;
    private volatile int chunks;
    /** The backend's error, which the request may have caused. */
    private Optional<String> refusal = Optional.empty();

    /**
     * The usage last reported, and the chunks that had come by then.
     *
     * @param reasoning tokens of the completion
     */
    private record Report(Usage usage, int reasoning, int chunks, int reasoningChunks) {}

    BackendAnswer(
            BackendClient client,
            BackendPrompt prompt,
            AnswerStream stream,
            List<Lease> leases,
            Consumer<CompletionEvent> listener) {
        this.client = client;
        this.prompt = prompt;
        this.stream = stream;
        this.listener = listener;
        this.choices = IntStream.range(0, prompt.answers())
                .mapToObj(choice -> new ChoiceReader(choice, prompt.route()))
                .toList();
        this.leases = leases;
        this.report = new Report(new Usage(prompt.likelyPromptTokens(), 0, 0, true), 0, 0, 0);
    }

    @Override
    public void cancel() {
        stream.close();
    }

    @Override
    public boolean hasBegun() {
        return true;
    }

    @Override
    public Usage usage() {
        var last = report;
        var told = last.usage();
        int later = chunks - last.chunks();
        return later > 0 ? new Usage(told.prompt(), told.completion() + later, told.cached(), true) : told;
    }

    @Override
    public void run() {
        try (stream) {
            listener.accept(end());
            stream.drain();
        }
    }

    /** Passes everything on; returns the last event. */
    private CompletionEvent end() {
        try {
            boolean done = readAll();
            if (isFinished()) {
                client.succeeded(prompt.call());
                return new CompletionEvent.Finished(usage(), reasoningTokens(), false);
            }
            if (stream.isClosed()) {
                return cancelled();
            }
            return done && othersNeverBegan() ? tooFew() : broken();
        } catch (UpstreamException e) {
            return failed(e);
        } catch (EventTooLargeException | StreamConstraintsException e) {
            refusal = Optional.of(""); // an echoed prompt may be as large
            return failed(new UpstreamException(Reason.FAILED, "The backend sent an event that is too large."));
        } catch (IOException e) {
            return stream.isClosed() ? cancelled() : broken();
        } catch (JacksonException e) {
            return failed(garbage());
        } catch (RuntimeException | Error bug) {
            client.garbled(
                    prompt.call(), new UpstreamException(Reason.FAILED, "an answer that this service can't read"));
            return new CompletionEvent.Failed(bug, usage());
        }
    }

    /** Returns whether the backend has sent the last event. */
    private boolean readAll() throws IOException {
        while (true) {
            Optional<ServerEvents.Event> event;
            try {
                event = stream.next();
            } catch (IOException e) {
                if (isFinished()) {
                    return false; // only the usage is missing
                }
                throw e;
            }
            boolean done = event.isPresent() && event.get().data().equals("[DONE]");
            if (done || event.isEmpty() || !read(event.get())) {
                return done;
            }
        }
    }

    /** Returns false if nothing more is wanted. */
    private boolean read(ServerEvents.Event event) {
        boolean error = event.name().equals("error");
        JsonNode chunk = error ? BackendReplies.json(event.data()) : JSON.readTree(event.data());
        if (error || BackendReplies.isError(chunk)) {
            refusal = Optional.of(BackendReplies.said(chunk));
            throw new UpstreamException(Reason.FAILED, "The backend failed in the middle of its answer.");
        }
        if (!chunk.isObject()) {
            throw garbage();
        }
        boolean goesOn = readChoices(chunk);
        readUsage(chunk.path("usage")); // which includes this chunk
        return goesOn;
    }

    private boolean readChoices(JsonNode chunk) {
        for (JsonNode choice : chunk.path("choices")) {
            int index = choice.path("index").asInt(0);
            if (index < 0 || index >= choices.size()) {
                throw new UpstreamException(Reason.FAILED, "The backend sent an answer that was not requested.");
            }
            if (!read(choices.get(index), leases.get(index), choice)) {
                return false;
            }
        }
        return true;
    }

    private boolean read(ChoiceReader reader, Lease lease, JsonNode choice) {
        if (reader.isFinished()) {
            return true;
        }
        List<CompletionEvent.Piece> pieces = reader.read(choice);
        if (!pieces.isEmpty()) {
            if (!mayGoOn(lease, reader.chunks() - 1)) {
                reader.finish("length").forEach(listener);
                return !closeIfFinished();
            }
            pieces.forEach(listener);
        }
        chunks = choices.stream().mapToInt(this::generated).sum();
        JsonNode reason = choice.path("finish_reason");
        if (reason.isString() && !UNFINISHED.contains(reason.stringValue())) {
            reader.finish(reason.stringValue()).forEach(listener);
        }
        return true;
    }

    /** Chunks of generated tokens: the first one of an answer without any has the echoed prompt. */
    private int generated(ChoiceReader reader) {
        return generatesNothing() ? Math.max(0, reader.chunks() - 1) : reader.chunks();
    }

    /** Whether the answers are the echoed prompts. */
    private boolean generatesNothing() {
        return prompt.maxTokens() == 0;
    }

    /** No more tokens can be paid for: closing the connection tells the backend. */
    private boolean closeIfFinished() {
        boolean finished = isFinished();
        if (finished) {
            stream.close();
        }
        return finished;
    }

    private boolean isFinished() {
        return choices.stream().allMatch(ChoiceReader::isFinished);
    }

    private boolean othersNeverBegan() {
        return choices.stream().anyMatch(ChoiceReader::isFinished)
                && choices.stream().allMatch(choice -> choice.isFinished() || choice.chunks() == 0);
    }

    private boolean mayGoOn(Lease lease, int chunksBefore) {
        if (prompt.maxTokensGiven() && chunksBefore >= 2L * prompt.maxTokens() + MAX_SPARE_CHUNKS) {
            return false;
        }
        if (generatesNothing()) {
            return true;
        }
        int produced = prompt.maxTokensGiven() ? Math.min(chunksBefore, prompt.maxTokens() - 1) : chunksBefore;
        while (true) {
            switch (lease.ask(produced)) {
                case GO -> {
                    return true;
                }
                case END -> {
                    return false;
                }
                case WAIT -> pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts this thread", e);
        }
    }

    /**
     * Some engines report it with each chunk: the last one counts. A negative value, or zero for an answer that exists, is ignored. A prompt is never empty: if it has no tokens,
     * the engine didn't count them.
     */
    private void readUsage(JsonNode usage) {
        int said = usage.path("completion_tokens").asInt(-1);
        int asked = usage.path("prompt_tokens").asInt(-1);
        if (said < 0 || asked < 0 || (said == 0 && chunks > 0)) {
            return;
        }
        int cached = usage.path("prompt_tokens_details").path("cached_tokens").asInt(0);
        var told = asked == 0
                ? new Usage(prompt.likelyPromptTokens(), said, 0, true)
                : new Usage(asked, said, Math.clamp(cached, 0, asked));
        int thought =
                usage.path("completion_tokens_details").path("reasoning_tokens").asInt(0);
        report = new Report(told, Math.clamp(thought, 0, said), chunks, reasoningChunks());
    }

    private int reasoningTokens() {
        return report.reasoning() + reasoningChunks() - report.reasoningChunks();
    }

    private int reasoningChunks() {
        return choices.stream().mapToInt(ChoiceReader::reasoningChunks).sum();
    }

    private CompletionEvent cancelled() {
        client.cancelled();
        return new CompletionEvent.Finished(usage(), reasoningTokens(), true);
    }

    /** The backend doesn't know {@code n}, which is no fault of its health. */
    private CompletionEvent tooFew() {
        client.succeeded(prompt.call());
        long given = choices.stream().filter(ChoiceReader::isFinished).count();
        var refusal = new InvalidRequestException(
                prompt.multiplyingField(),
                "unsupported_value",
                "The backend '" + client.backend().name() + "' gave " + given + " of " + choices.size()
                        + " answers. Ask it for one at a time.");
        return new CompletionEvent.Failed(refusal, usage());
    }

    private CompletionEvent failed(UpstreamException failure) {
        if (refusal.isPresent()) {
            client.refused(prompt.call(), failure, refusal.get());
        } else if (failure.reason() == Reason.TIMEOUT) {
            client.broke(prompt.call(), failure);
        } else {
            client.garbled(prompt.call(), failure);
        }
        return new CompletionEvent.Failed(failure, usage());
    }

    private CompletionEvent broken() {
        var failure = new UpstreamException(Reason.FAILED, "The backend broke off its answer, which is incomplete.");
        client.broke(prompt.call(), failure);
        return new CompletionEvent.Failed(failure, usage());
    }

    private static UpstreamException garbage() {
        return new UpstreamException(Reason.FAILED, "The backend sent something that is not part of an answer.");
    }
}

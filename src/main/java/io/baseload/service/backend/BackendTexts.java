package io.baseload.service.backend;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.PreparedEncoding;
import io.baseload.chat.api.RunningEncoding;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/** Texts that are ready to be sent. Unless they are token ids, only the backend can count their tokens, so there are two estimates: an upper bound and a likely value. */
final class BackendTexts implements PreparedEncoding {
    /** The tokens that a backend may add to a text: its start and end, a prompt. */
    private static final int ADDED_TO_TEXT = 32;
    /** The same for a query with a document: rerankers that generate have a template with instructions. */
    private static final int ADDED_TO_PAIR = 128;
    /** Bytes per token in most texts. */
    private static final int USUAL_BYTES = 4;
    /** Characters that are normalized together: the time for a run of combining marks grows with the square of its length. */
    private static final int MAX_PIECE = 64;

    private final BackendClient client;
    private final BackendCall call;
    private final AtomicInteger length;
    private final EncodingRequest request;
    private final byte[] body;
    private final long likely;

    /**
     * @param call its owner is also that of the memory for the outputs
     * @param length as far as known, of the model's vectors
     */
    BackendTexts(BackendClient client, BackendCall call, AtomicInteger length, EncodingRequest request, byte[] body) {
        this.client = client;
        this.call = call;
        this.length = length;
        this.request = request;
        this.body = body;
        int inToken = request.input() instanceof EncodingInput.Tokens ? 1 : USUAL_BYTES;
        this.likely = Arrays.stream(sizes(request.input(), BackendTexts::bytes))
                .map(size -> Math.ceilDiv(size, inToken))
                .sum();
    }

    /** The bytes, or tokens, of each text. */
    private static long[] sizes(EncodingInput input, ToLongFunction<String> bytes) {
        return switch (input) {
            case EncodingInput.Texts texts ->
                texts.texts().stream().mapToLong(bytes).toArray();
            case EncodingInput.Tokens tokens ->
                tokens.texts().stream().mapToLong(ids -> ids.length).toArray();
            case EncodingInput.Documents documents -> {
                long query = bytes.applyAsLong(documents.query());
                yield documents.documents().stream()
                        .mapToLong(document -> query + bytes.applyAsLong(document))
                        .toArray();
            }
        };
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Those of the text or of its compatible form, in which many tokenizers read it: there, one character may become eighteen. Counted piece by piece, which takes little memory; cutting a
     * character from its marks makes them no shorter.
     */
    private static long mostBytes(String text) {
        long most = 0;
        int begin = 0;
        while (begin < text.length()) {
            int end = Math.min(begin + MAX_PIECE, text.length());
            if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
                end++;
            }
            String piece = text.substring(begin, end);
            most += Math.max(bytes(piece), bytes(Normalizer.normalize(piece, Normalizer.Form.NFKC)));
            begin = end;
        }
        return most;
    }

    /** A tokenizer produces at most one token for each byte of the text as it reads it. */
    @Override
    public int tokens() {
        int added = request.input() instanceof EncodingInput.Documents ? ADDED_TO_PAIR : ADDED_TO_TEXT;
        long most = Arrays.stream(sizes(request.input(), BackendTexts::mostBytes))
                .map(size -> size + added)
                .sum();
        return (int) Math.min(most, Integer.MAX_VALUE);
    }

    @Override
    public int likelyTokens() {
        return (int) Math.min(likely, Integer.MAX_VALUE);
    }

    @Override
    public RunningEncoding start(Runnable begun, BooleanSupplier wanted) {
        boolean ranks = request.input() instanceof EncodingInput.Documents;
        int count = request.input().size();
        var memory = client.vectors().share(call.owner());
        memory.expect(ranks ? count : (long) count * request.dimensions().orElse(length.get()));
        AnswerStream stream;
        try {
            var route = ranks ? BackendRoute.RERANK : BackendRoute.EMBEDDINGS;
            begun.run();
            stream = client.open(route, call, body, Optional.empty(), wanted);
        } catch (RuntimeException | Error e) {
            memory.close();
            throw e;
        }
        var outputs = new OutputReader(count, ranks, request.dimensions(), memory);
        var answer = new EncodingAnswer(client, call, stream, outputs, memory, length, likelyTokens());
        Thread.ofVirtual().name("backend-" + client.backend().name()).start(answer);
        return answer;
    }
}

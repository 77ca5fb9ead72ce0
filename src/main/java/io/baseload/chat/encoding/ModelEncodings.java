package io.baseload.chat.encoding;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.PreparedEncoding;
import io.baseload.chat.api.RunningEncoding;
import io.baseload.chat.api.TokenCodec;
import io.baseload.chat.api.Vectors;
import io.baseload.chat.tokenizer.LongTexts;
import io.baseload.chat.tokenizer.TokenConversion;
import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A loaded encoder with its tokenizer. */
final class ModelEncodings implements Encodings {
    private final LoadedEncoder encoder;
    private final EncoderWords words;

    ModelEncodings(LoadedEncoder encoder, EncoderWords words) {
        this.encoder = encoder;
        this.words = words;
    }

    @Override
    public TokenCodec tokens(FlowId flow) {
        var conversion = new TokenConversion(words.tokenizer(), encoder.contextLength());
        return new EncoderTokens(conversion, words.settings(), flow);
    }

    @Override
    public PreparedEncoding prepare(EncodingRequest request, FlowId flow, int maxTokens) {
        int length = length(request.dimensions());
        EncodingInput input = request.input();
        List<EncoderText> texts = LongTexts.read(flow, input.characters(), () -> read(request, maxTokens));
        return new Tokenized(encoder, texts, flow, length);
    }

    /** Stops at the first text that is too long: otherwise a long query would be tokenized, and kept, with each of many documents. */
    private List<EncoderText> read(EncodingRequest request, int maxTokens) {
        EncodingInput input = request.input();
        Stream<EncoderText> all = words.read(input);
        Truncator truncator = Truncator.of(words, request, encoder.contextLength());
        List<EncoderText> texts = new ArrayList<>();
        long sum = 0;
        for (var next = all.iterator(); next.hasNext(); ) {
            EncoderText text = truncator.cut(next.next());
            check(input, texts.size(), text.tokens());
            sum += text.tokens().length;
            if (sum > maxTokens) {
                throw input.tooManyTokens(maxTokens);
            }
            texts.add(text);
        }
        return texts;
    }

    private int length(OptionalInt dimensions) {
        int own = encoder.dimensions();
        int wanted = dimensions.orElse(own);
        if (wanted != own && !allows(wanted)) {
            throw new InvalidRequestException(
                    "dimensions", "invalid_value", "Invalid 'dimensions': this model's vectors " + allowed() + ".");
        }
        return wanted;
    }

    private boolean allows(int length) {
        Set<Integer> lengths = words.settings().lengths();
        boolean named = lengths.isEmpty() || lengths.contains(length);
        return words.settings().shortens() && named && length > 0 && length < encoder.dimensions();
    }

    private String allowed() {
        int own = encoder.dimensions();
        Set<Integer> lengths = words.settings().lengths();
        if (!words.settings().shortens()) {
            return "have " + own + " numbers, and its files don't say that they may be shortened";
        }
        return lengths.isEmpty()
                ? "have 1 to " + own + " numbers"
                : "have " + own + " numbers, or one of "
                        + lengths.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private void check(EncodingInput input, int index, int[] tokens) {
        String field = input.field() + "[" + index + "]";
        if (tokens.length == 0) {
            throw new InvalidRequestException(field, "invalid_value", "'" + field + "' has no token.");
        }
        if (tokens.length > encoder.contextLength()) {
            throw new InvalidRequestException(
                    field,
                    "context_length_exceeded",
                    "This model's maximum context length is " + encoder.contextLength() + " tokens. However, '" + field
                            + "' has " + tokens.length
                            + (input instanceof EncodingInput.Documents ? " with the query" : "") + "."
                            + (input instanceof EncodingInput.Tokens
                                    ? ""
                                    : " A request with 'truncate' has the ends of long texts cut."));
        }
        int size = encoder.info().vocabularySize();
        for (int id : tokens) {
            if (id < 0 || id >= size) {
                throw new InvalidRequestException(
                        field,
                        "invalid_value",
                        "'" + field + "' has the token " + id + ", which is not in the vocabulary: 0 to " + (size - 1)
                                + ". Other models' token ids mean nothing here: send the text, or the ids of"
                                + " /tokenize. LangChain's OpenAIEmbeddings sends OpenAI's ids unless"
                                + " check_embedding_ctx_length is False.");
            }
        }
    }

    /** Texts, and the length of their vectors. */
    private record Tokenized(LoadedEncoder encoder, List<EncoderText> texts, FlowId flow, int length)
            implements PreparedEncoding {
        @Override
        public int tokens() {
            return texts.stream().mapToInt(text -> text.tokens().length).sum();
        }

        @Override
        public int dimensions() {
            return length;
        }

        @Override
        public RunningEncoding start(Runnable begun, BooleanSupplier wanted) {
            var tokens = new AtomicInteger();
            CompletableFuture<List<float[]>> vectors = encoder.encode(texts, flow, more -> {
                if (tokens.getAndAdd(more) == 0) {
                    begun.run();
                }
            });
            return new Running(length == encoder.dimensions() ? vectors : shortened(vectors), tokens);
        }

        private CompletableFuture<List<float[]>> shortened(CompletableFuture<List<float[]>> vectors) {
            CompletableFuture<List<float[]>> shorter = vectors.thenApply(all -> all.stream()
                    .map(vector -> Vectors.shortened(vector, length))
                    .toList());
            var unused = shorter.whenComplete((all, failure) -> {
                if (shorter.isCancelled()) {
                    vectors.cancel(true);
                }
            });
            return shorter;
        }
    }

    /** @param begun tokens of the texts whose computation has begun */
    private record Running(CompletableFuture<List<float[]>> outputs, AtomicInteger begun) implements RunningEncoding {
        @Override
        public Usage usage() {
            return new Usage(begun.get(), 0);
        }
    }
}

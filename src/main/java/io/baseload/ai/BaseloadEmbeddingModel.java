package io.baseload.ai;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.PreparedEncoding;
import io.baseload.engine.api.LoadedEncoder;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.BatchingStrategy;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationConvention;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationDocumentation;

/** Spring AI's {@link EmbeddingModel} over an encoder that runs in this process. Thread-safe; does not own the encoder. */
public final class BaseloadEmbeddingModel implements EmbeddingModel {
    private static final String PROVIDER = "baseload";

    private final Encodings encodings;
    private final String name;
    private final int dimensions;
    private final EmbeddingPrompts prompts;
    private final ObservationRegistry registry;
    private final EmbeddingModelObservationConvention convention;

    /** @throws io.baseload.engine.api.ModelFileException if the model's vocabulary is broken or unknown */
    public BaseloadEmbeddingModel(
            LoadedEncoder encoder, ObservationRegistry registry, EmbeddingModelObservationConvention convention) {
        this(encoder, EmbeddingPrompts.NONE, registry, convention);
    }

    /**
     * @throws io.baseload.engine.api.ModelFileException if the model's vocabulary is broken or unknown
     * @throws InvalidRequestException if the model's files don't define one of the prompts
     */
    public BaseloadEmbeddingModel(
            LoadedEncoder encoder,
            EmbeddingPrompts prompts,
            ObservationRegistry registry,
            EmbeddingModelObservationConvention convention) {
        this.encodings = Encodings.of(encoder);
        this.name = encoder.name();
        this.dimensions = encoder.dimensions();
        this.prompts = prompts;
        Stream.of(prompts.texts(), prompts.documents())
                .filter(Optional::isPresent)
                .forEach(prompt -> encodings.prepare(
                        new EncodingRequest(new EncodingInput.Texts(List.of("x"), prompt), OptionalInt.empty())));
        this.registry = registry;
        this.convention = convention;
    }

    /**
     * Waits for all vectors. An interrupt cancels the vectors that are not computed yet.
     *
     * @throws InvalidRequestException if the request can't be computed by this model
     * @throws io.baseload.engine.api.OverloadedException if the encoder's queue is full
     */
    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        BaseloadEmbeddingOptions options = complete(request.getOptions());
        var complete = new EmbeddingRequest(request.getInstructions(), options);
        var context = EmbeddingModelObservationContext.builder()
                .embeddingRequest(complete)
                .provider(PROVIDER)
                .build();
        Observation observation = EmbeddingModelObservationDocumentation.EMBEDDING_MODEL_OPERATION.observation(
                convention, convention, () -> context, registry);
        return observation.observe(() -> {
            EmbeddingResponse response = compute(complete.getInstructions(), options);
            context.setResponse(response);
            return response;
        });
    }

    private BaseloadEmbeddingOptions complete(@Nullable EmbeddingOptions options) {
        String asked = options == null ? null : options.getModel();
        if (asked != null && !asked.equals(name)) {
            throw new InvalidRequestException(
                    "model", "unsupported_value", "model: this embedding model runs " + name + ", not " + asked);
        }
        return new BaseloadEmbeddingOptions(
                name,
                options == null ? null : options.getDimensions(),
                prompt(options).or(prompts::texts).orElse(null));
    }

    private static Optional<String> prompt(@Nullable EmbeddingOptions options) {
        return options instanceof BaseloadEmbeddingOptions own
                ? Optional.ofNullable(own.promptName())
                : Optional.empty();
    }

    private EmbeddingResponse compute(List<String> texts, BaseloadEmbeddingOptions options) {
        Integer dimensions = options.dimensions();
        PreparedEncoding prepared = encodings.prepare(new EncodingRequest(
                new EncodingInput.Texts(texts, Optional.ofNullable(options.promptName())),
                dimensions == null ? OptionalInt.empty() : OptionalInt.of(dimensions)));
        List<float[]> vectors =
                texts.isEmpty() ? List.of() : await(prepared.start().outputs());
        List<Embedding> embeddings = IntStream.range(0, vectors.size())
                .mapToObj(i -> new Embedding(vectors.get(i), i))
                .toList();
        var usage = new DefaultUsage(prepared.tokens(), 0, prepared.tokens());
        return new EmbeddingResponse(embeddings, new EmbeddingResponseMetadata(name, usage));
    }

    private static List<float[]> await(CompletableFuture<List<float[]>> vectors) {
        try {
            return vectors.get();
        } catch (InterruptedException e) {
            vectors.cancel(true);
            Thread.currentThread().interrupt();
            var cancelled = new CancellationException("interrupted");
            cancelled.initCause(e);
            throw cancelled;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public float[] embed(Document document) {
        String text = Objects.requireNonNullElse(getEmbeddingContent(document), "");
        return call(new EmbeddingRequest(List.of(text), ofDocuments(null)))
                .getResult()
                .getOutput();
    }

    @Override
    public List<float[]> embed(
            List<Document> documents, @Nullable EmbeddingOptions options, BatchingStrategy batching) {
        return EmbeddingModel.super.embed(documents, ofDocuments(options), batching);
    }

    private BaseloadEmbeddingOptions ofDocuments(@Nullable EmbeddingOptions options) {
        return new BaseloadEmbeddingOptions(
                options == null ? null : options.getModel(),
                options == null ? null : options.getDimensions(),
                prompt(options).or(prompts::documents).orElse(null));
    }

    @Override
    public int dimensions() {
        return dimensions;
    }
}

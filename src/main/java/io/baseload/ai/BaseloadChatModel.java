package io.baseload.ai;

import io.baseload.chat.api.Completions;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadedModel;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationConvention;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Schedulers;

/** Spring AI's {@link ChatModel} over a model that runs in this process. Thread-safe; does not own the model. */
public final class BaseloadChatModel implements ChatModel {
    /** The key of an answer's metadata with a list of the unknown formats in the prompt's schema, which are not enforced. It is missing if there are none. */
    public static final String UNENFORCED_FORMATS = "unenforcedFormats";

    private static final String PROVIDER = "baseload";

    private final Completions completions;
    private final String name;
    private final BaseloadChatOptions defaults;
    private final ObservationRegistry registry;
    private final ChatModelObservationConvention convention;

    /**
     * @param defaults used where a prompt's own options have no value
     * @throws io.baseload.engine.api.ModelFileException if the model's vocabulary or chat template is broken or unknown
     */
    public BaseloadChatModel(
            LoadedModel model,
            BaseloadChatOptions defaults,
            ObservationRegistry registry,
            ChatModelObservationConvention convention) {
        this(model, Completions.of(model), defaults, registry, convention);
    }

    /**
     * @param completions the same model for text
     * @param defaults used where a prompt's own options have no value
     */
    public BaseloadChatModel(
            LoadedModel model,
            Completions completions,
            BaseloadChatOptions defaults,
            ObservationRegistry registry,
            ChatModelObservationConvention convention) {
        this.completions = completions;
        this.name = model.name();
        this.defaults =
                defaults.getModel() == null ? defaults.mutate().model(name).build() : defaults;
        this.registry = registry;
        this.convention = convention;
    }

    @Override
    public BaseloadChatOptions getOptions() {
        return defaults;
    }

    /**
     * Waits for the whole answer. An interrupt cancels it.
     *
     * @throws io.baseload.chat.api.InvalidRequestException if the prompt can't be answered by this model
     * @throws io.baseload.engine.api.OverloadedException if the engine's queue is full
     */
    @Override
    public ChatResponse call(Prompt prompt) {
        Prompt complete = withOptions(prompt);
        ChatModelObservationContext context = context(complete, false);
        return observation(context).observe(() -> {
            ChatResponse response = await(ask(complete, piece -> {}));
            context.setResponse(response);
            return response;
        });
    }

    /** Answers piece by piece, from the subscription on; the last response has the tool calls, finish reason and usage. Cancelling the subscription ends the generation. */
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return Flux.deferContextual(view -> {
            Prompt complete = withOptions(prompt);
            ChatModelObservationContext context = context(complete, true);
            Observation observation = observation(context)
                    .parentObservation(view.getOrDefault(ObservationThreadLocalAccessor.KEY, null))
                    .start();
            return pieces(complete, context)
                    .doOnError(observation::error)
                    .doFinally(signal -> observation.stop())
                    .contextWrite(c -> c.put(ObservationThreadLocalAccessor.KEY, observation));
        });
    }

    private Flux<ChatResponse> pieces(Prompt prompt, ChatModelObservationContext context) {
        Flux<ChatResponse> generated = Flux.create(sink -> {
            PendingResponse pending = ask(prompt, sink::next);
            sink.onCancel(() -> {
                pending.cancel();
                context.setResponse(pending.soFar());
            });
            var _ = pending.whole().whenComplete((response, failure) -> end(sink, context, response, failure));
        });
        // the subscriber may take its time, the engine's thread may not
        return generated.publishOn(Schedulers.boundedElastic());
    }

    private static void end(
            FluxSink<ChatResponse> sink,
            ChatModelObservationContext context,
            PendingResponse.@Nullable Answered response,
            @Nullable Throwable failure) {
        if (sink.isCancelled()) {
            return;
        }
        if (response == null) {
            sink.error(Objects.requireNonNull(failure));
            return;
        }
        context.setResponse(response.whole());
        sink.next(response.end());
        sink.complete();
    }

    private PendingResponse ask(Prompt prompt, Consumer<ChatResponse> pieces) {
        var options = options(prompt);
        var request = new Requests(name).of(prompt, options);
        var prepared = completions.prepare(request, FlowId.NONE, Requests.scope(options));
        return new PendingResponse(prepared, new Responses(name, prepared.unenforcedFormats()), pieces);
    }

    private static ChatResponse await(PendingResponse pending) {
        try {
            return pending.whole().get().whole();
        } catch (InterruptedException e) {
            pending.cancel();
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while the answer was generated");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException r ? r : new IllegalStateException(e.getCause());
        }
    }

    private Prompt withOptions(Prompt prompt) {
        return new Prompt(prompt.getInstructions(), options(prompt));
    }

    /** The prompt's options, and the model's own where the prompt has none. */
    private BaseloadChatOptions options(Prompt prompt) {
        ChatOptions options = prompt.getOptions();
        return options == null
                ? defaults
                : defaults.mutate().combineWith(options.mutate()).build();
    }

    private Observation observation(ChatModelObservationContext context) {
        return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                convention, new DefaultChatModelObservationConvention(), () -> context, registry);
    }

    private static ChatModelObservationContext context(Prompt prompt, boolean streaming) {
        return ChatModelObservationContext.builder()
                .prompt(prompt)
                .provider(PROVIDER)
                .streaming(streaming)
                .build();
    }
}

package io.baseload.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.ChatSettings;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.ToolChoice;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.testing.TestModels;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.function.FunctionToolCallback;
import reactor.core.Disposable;

/** The chat model over a tiny model that generates noise. */
class BaseloadChatModelTest {
    private final Engine engine = Engine.open(new EngineOptions(1, false));
    private final LoadedModel loaded = engine.load(TestModels.tiny(), LoadOptions.named("tiny"));
    private final BlockingQueue<ChatModelObservationContext> observed = new LinkedBlockingQueue<>();
    private final BaseloadChatModel model = new BaseloadChatModel(
            loaded,
            BaseloadChatOptions.builder().temperature(0.0).maxTokens(12).build(),
            registry(),
            new DefaultChatModelObservationConvention());

    private ObservationRegistry registry() {
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new ObservationHandler<ChatModelObservationContext>() {
            @Override
            public void onStop(ChatModelObservationContext context) {
                observed.add(context);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof ChatModelObservationContext;
            }
        });
        return registry;
    }

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void callAndStreamGiveTheSameTextReasonAndUsage() throws Exception {
        Prompt prompt = new Prompt(List.of(new SystemMessage("Be brief."), new UserMessage("Hello")));
        ChatResponse whole = model.call(prompt);
        List<ChatResponse> pieces =
                Objects.requireNonNull(model.stream(prompt).collectList().block());
        assertThat(result(whole).getOutput().getText()).isNotEmpty().isEqualTo(text(pieces));
        assertThat(pieces).hasSizeGreaterThan(3);
        ChatResponse last = pieces.getLast();
        for (ChatResponse response : List.of(whole, last)) {
            assertThat(result(response).getMetadata().getFinishReason()).isIn("length", "stop");
            assertThat(response.getMetadata().getModel()).isEqualTo("tiny");
            assertThat(response.getMetadata().getUsage().getPromptTokens()).isGreaterThan(10);
            assertThat(response.getMetadata().getUsage().getCompletionTokens()).isBetween(1, 12);
        }
        assertThat(last.getMetadata().getUsage().getTotalTokens())
                .isEqualTo(whole.getMetadata().getUsage().getTotalTokens());
        assertThat(pieces)
                .extracting(p -> p.getMetadata().getId())
                .containsOnly(last.getMetadata().getId());
    }

    @Test
    void aStreamThatSpringAiAggregatesHasTheSameReasoningAsTheWholeAnswer() {
        String thinks = "{% for m in messages %}{{ m.content }}{% endfor %}<think>{# </think> #}";
        var thinking = new BaseloadChatModel(
                loaded,
                Completions.of(loaded, new ChatSettings(Optional.of(thinks), Optional.empty())),
                model.getOptions(),
                ObservationRegistry.NOOP,
                new DefaultChatModelObservationConvention());
        Prompt prompt = new Prompt("Hello");
        var whole = result(thinking.call(prompt)).getOutput();
        var aggregated = new CompletableFuture<ChatResponse>();
        new MessageAggregator()
                .aggregate(thinking.stream(prompt), aggregated::complete)
                .blockLast();
        assertThat(whole.getMetadata().get("reasoningContent")).asString().hasSizeGreaterThan(12);
        assertThat(result(aggregated.join()).getOutput().getMetadata().get("reasoningContent"))
                .isEqualTo(whole.getMetadata().get("reasoningContent"));
    }

    @Test
    void observesByTheConventionsOfGenAi() throws Exception {
        model.call(new Prompt("Hello"));
        model.stream(new Prompt("Hello")).blockLast();
        for (boolean streaming : new boolean[] {false, true}) {
            ChatModelObservationContext context = observed.poll(5, TimeUnit.MINUTES);
            assertThat(context.getName()).isEqualTo("gen_ai.client.operation");
            assertThat(context.getOperationMetadata().provider()).isEqualTo("baseload");
            assertThat(context.isStreaming()).isEqualTo(streaming);
            assertThat(context.getLowCardinalityKeyValue("gen_ai.response.model"))
                    .isEqualTo(KeyValue.of("gen_ai.response.model", "tiny"));
            assertThat(context.getHighCardinalityKeyValue("gen_ai.usage.output_tokens"))
                    .isNotNull()
                    .isNotEqualTo(KeyValue.of("gen_ai.usage.output_tokens", "0"));
        }
    }

    @Test
    void aSlowReaderDoesNotHoldUpTheEngine() throws Exception {
        CompletableFuture<Void> reading = new CompletableFuture<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        Disposable slow = model.stream(new Prompt("Hello")).subscribe(piece -> {
            reading.complete(null);
            goOn.join();
        });
        reading.get(5, TimeUnit.MINUTES);
        assertThat(result(model.call(new Prompt("Hello"))).getOutput().getText())
                .isNotEmpty();
        goOn.complete(null);
        slow.dispose();
    }

    @Test
    void worksWithChatClient() {
        ChatClient client = ChatClient.create(model);
        String text = client.prompt().system("Be brief.").user("Hello").call().content();
        String streamed = client.prompt().system("Be brief.").user("Hello").stream()
                .content()
                .collect(Collectors.joining())
                .block();
        assertThat(text).isNotEmpty().isEqualTo(streamed);
    }

    @Test
    void combinesItsOwnOptionsWithThePrompts() {
        var seeded = BaseloadChatOptions.builder().seed(7L).build();
        ChatResponse response = model.call(new Prompt("Hello", seeded));
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isBetween(1, 12);
        assertThat(result(response).getOutput().getText())
                .as("its temperature is 0")
                .isEqualTo(result(model.call(new Prompt("Hello"))).getOutput().getText());
    }

    @Test
    void aChatClientsCopyOfAToolIsTheSameTool() {
        ToolCallback now = FunctionToolCallback.builder("now", (String zone) -> "12:00")
                .description("The time")
                .inputType(String.class)
                .build();
        var options = BaseloadChatOptions.builder().toolCallbacks(now).build();
        assertThat(options.mutate().combineWith(options.mutate()).build()).isEqualTo(options);
    }

    @Test
    void combinesOptionsOfAnotherTypeWithItsOwn() {
        ChatOptions portable = ChatOptions.builder().maxTokens(2).build();
        ChatResponse response = model.call(new Prompt("Hello", portable));
        assertThat(response.getMetadata().getUsage().getCompletionTokens()).isEqualTo(2);
        assertThat(result(response).getMetadata().getFinishReason()).isEqualTo("length");
        assertThat(response).isNotSameAs(model.call(new Prompt("Hello", portable)));
    }

    @Test
    void optionsSurviveMutation() {
        var options = BaseloadChatOptions.builder()
                .minP(0.1)
                .seed(7L)
                .templateVariables(Map.of("enable_thinking", false))
                .topK(3)
                .stopSequences(List.of("x"))
                .toolChoice(new ToolChoice.Named("x"))
                .parallelToolCalls(false)
                .build();
        assertThat(options.mutate().build()).isEqualTo(options).hasSameHashCodeAs(options);
        assertThat(options.mutate()
                        .combineWith(BaseloadChatOptions.builder().seed(8L))
                        .build()
                        .getSeed())
                .isEqualTo(8L);
    }

    @Test
    void variablesOfTheTemplateAreMerged() {
        var configured = BaseloadChatOptions.builder()
                .templateVariables(Map.of("enable_thinking", false, "reasoning_effort", "low"));
        var asked = BaseloadChatOptions.builder().templateVariables(Map.of("enable_thinking", true));
        assertThat(configured
                        .combineWith(asked)
                        .combineWith(BaseloadChatOptions.builder())
                        .build()
                        .getTemplateVariables())
                .isEqualTo(Map.of("enable_thinking", true, "reasoning_effort", "low"));
        Map<String, Object> variables = new HashMap<>();
        variables.put("thinking_budget", null);
        assertThatThrownBy(() -> BaseloadChatOptions.builder()
                        .templateVariables(variables)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("templateVariables: thinking_budget is null; omit it instead");
    }

    @Test
    void namesFormatsThatItDoesNotEnforce() {
        var options = BaseloadChatOptions.builder()
                .maxTokens(4)
                .outputSchema("{\"type\":\"string\",\"format\":\"postal-code\"}")
                .build();
        Prompt prompt = new Prompt("Hello", options);
        ChatResponse last = Objects.requireNonNull(model.stream(prompt).blockLast());
        for (ChatResponse response : List.of(model.call(prompt), last)) {
            assertThat(response.getMetadata().<Object>get(BaseloadChatModel.UNENFORCED_FORMATS))
                    .isEqualTo(List.of("postal-code"));
        }
        assertThat(model.call(new Prompt("Hello")).getMetadata().containsKey(BaseloadChatModel.UNENFORCED_FORMATS))
                .isFalse();
    }

    @Test
    void refusesByNameWhatItDoesNotDo() {
        refused(BaseloadChatOptions.builder().outputSchema("{\"not\":{}}").build(), "outputSchema");
        refused(BaseloadChatOptions.builder().model("gpt").build(), "model");
        refused(BaseloadChatOptions.builder().temperature(2.5).build(), "temperature");
        refused(BaseloadChatOptions.builder().topP(-0.1).build(), "topP");
        refused(BaseloadChatOptions.builder().maxTokens(0).build(), "maxTokens");
        refused(BaseloadChatOptions.builder().minP(Double.NaN).build(), "minP");
        refused(
                BaseloadChatOptions.builder()
                        .templateVariables(Map.of("messages", List.of()))
                        .build(),
                "templateVariables");
    }

    private void refused(BaseloadChatOptions options, String field) {
        Prompt prompt = new Prompt("Hello", options);
        assertThatThrownBy(() -> model.call(prompt))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field));
        assertThatThrownBy(() -> model.stream(prompt).blockLast()).isInstanceOf(InvalidRequestException.class);
    }

    private static Generation result(ChatResponse response) {
        return Objects.requireNonNull(response.getResult());
    }

    private static String text(List<ChatResponse> pieces) {
        return pieces.stream().map(p -> result(p).getOutput().getText()).collect(Collectors.joining());
    }
}

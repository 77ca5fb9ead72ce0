package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.errors.BadRequestException;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClient.CallResponseSpec;
import org.springframework.ai.chat.client.ChatClient.EntityParamSpec;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.ToolCallingAdvisor;
import org.springframework.ai.chat.client.advisor.api.AdvisorChain;
import org.springframework.ai.chat.client.advisor.api.BaseAdvisor;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.chat.client.autoconfigure.ChatClientAutoConfiguration;
import org.springframework.ai.model.openai.autoconfigure.OpenAiChatAutoConfiguration;
import org.springframework.ai.model.tool.autoconfigure.ToolCallingAutoConfiguration;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.ParameterizedTypeReference;

/** Another Spring application that asks the whole service through Spring AI's OpenAI starter. */
@ExtendWith(WholeService.class)
class SpringAiRemoteIT {
    private static final ParameterizedTypeReference<List<City>> LIST = new ParameterizedTypeReference<>() {};

    private static ConfigurableApplicationContext client;

    @ImportAutoConfiguration({
        ToolCallingAutoConfiguration.class,
        OpenAiChatAutoConfiguration.class,
        ChatClientAutoConfiguration.class
    })
    static class Client {}

    @BeforeAll
    static void start(RunningService service) {
        client = new SpringApplicationBuilder(Client.class)
                .web(WebApplicationType.NONE)
                .run(
                        "--spring.ai.model.chat=openai",
                        "--spring.ai.openai.base-url=" + service.rest().url() + "/v1",
                        "--spring.ai.openai.api-key=" + RunningService.KEY,
                        "--spring.ai.openai.timeout=10m",
                        "--spring.ai.openai.chat.model=default",
                        "--spring.ai.openai.chat.temperature=0",
                        "--spring.ai.openai.chat.max-tokens=24");
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @Test
    void callHasTextUsageAndReason() {
        ChatResponse answer = model().call(new Prompt("Say hello."));
        var result = Objects.requireNonNull(answer.getResult());
        assertThat(result.getOutput().getText()).isNotBlank();
        assertThat(answer.getMetadata().getModel()).isEqualTo("smollm2-135m-instruct");
        assertThat(answer.getMetadata().getUsage().getCompletionTokens()).isBetween(1, 24);
        assertThat(answer.getMetadata().getUsage().getPromptTokens()).isPositive();
        assertThat(result.getMetadata().getFinishReason()).isIn("STOP", "LENGTH", "stop", "length");
    }

    @Test
    void streamAddsUpToTheCall() {
        String plain = model().call("Count to three.");
        List<ChatResponse> parts = Objects.requireNonNull(
                model().stream(new Prompt("Count to three.")).collectList().block(Patience.LIMIT));
        assertThat(parts).hasSizeGreaterThan(3);
        assertThat(text(parts)).isEqualTo(plain);
        assertThat(parts.getLast().getMetadata().getUsage().getCompletionTokens())
                .isPositive();
    }

    @Test
    void aChatClientOnTop() {
        String answer = client.getBean(ChatClient.Builder.class)
                .build()
                .prompt()
                .system("You are brief.")
                .user("Name a colour.")
                .call()
                .content();
        assertThat(answer).isNotBlank();
    }

    /** A tool that remembers what it was asked. */
    static final class Weather {
        private final List<String> asked = new CopyOnWriteArrayList<>();

        @Tool(description = "Current weather in a city")
        String weather(@ToolParam(description = "Name of the city") String city) {
            asked.add(city);
            return "sunny, 21 degrees";
        }
    }

    /** The bundled model hardly calls a tool by itself: before there is a result it is made to. */
    private static final class CallFirst implements BaseAdvisor {
        @Override
        public ChatClientRequest before(ChatClientRequest request, AdvisorChain chain) {
            Prompt prompt = request.prompt();
            boolean answered = prompt.getInstructions().getLast() instanceof ToolResponseMessage;
            var choice = ChatCompletionToolChoiceOption.ofAuto(
                    answered ? ChatCompletionToolChoiceOption.Auto.AUTO : ChatCompletionToolChoiceOption.Auto.REQUIRED);
            var options = ((OpenAiChatOptions) Objects.requireNonNull(prompt.getOptions()))
                    .mutate()
                    .toolChoice(choice)
                    .build();
            return request.mutate()
                    .prompt(new Prompt(prompt.getInstructions(), options))
                    .build();
        }

        @Override
        public ChatClientResponse after(ChatClientResponse response, AdvisorChain chain) {
            return response;
        }

        /** Within the loop of calls and results. */
        @Override
        public int getOrder() {
            return ToolCallingAdvisor.DEFAULT_ORDER + 1;
        }
    }

    @Test
    void aToolLoopRunsToItsEnd() {
        var weather = new Weather();
        String answer = asking(weather).call().content();
        assertThat(weather.asked).hasSize(1);
        assertThat(answer).isNotBlank();
    }

    @Test
    void aStreamedToolLoopRunsToItsEnd() {
        var weather = new Weather();
        String answer =
                asking(weather).stream().content().collect(Collectors.joining()).block(Patience.LIMIT);
        assertThat(weather.asked).hasSize(1);
        assertThat(answer).isNotBlank();
    }

    private static ChatClient.ChatClientRequestSpec asking(Weather weather) {
        return client.getBean(ChatClient.Builder.class)
                .build()
                .prompt("What is the weather in Paris?")
                .options(OpenAiChatOptions.builder().maxTokens(96).parallelToolCalls(false))
                .advisors(new CallFirst())
                .tools(weather);
    }

    private enum Kind {
        CAPITAL,
        HARBOUR
    }

    private record Mayor(boolean elected, Optional<Kind> before) {}

    private record City(Kind kind, List<Kind> kinds, Mayor mayor, Mayor deputy) {}

    private record Sizes(Map<String, Integer> sizes) {}

    private record Nameless(@Nullable Kind kind) {}

    @Test
    void answersAreObjects() {
        City city = describe(call -> call.entity(City.class, EntityParamSpec::useProviderStructuredOutput));
        assertThat(city.kind()).isNotNull();
        assertThat(city.mayor().before()).isNotNull();
    }

    /** Spring AI calls all of its schemas strict, also those that aren't. */
    @Test
    void schemasThatAreNotStrictAreRefusedByPlace() {
        assertRefused(call -> call.entity(LIST, EntityParamSpec::useProviderStructuredOutput), "#/type: type must be");
        assertRefused(
                call -> call.entity(Sizes.class, EntityParamSpec::useProviderStructuredOutput),
                "#/properties/sizes/additionalProperties: additionalProperties must be false");
        assertRefused(
                call -> call.entity(Nameless.class, EntityParamSpec::useProviderStructuredOutput),
                "#/required: required must be all of the properties");
    }

    private static void assertRefused(Function<CallResponseSpec, ?> entity, String problem) {
        assertThatThrownBy(() -> describe(entity))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining(problem);
    }

    /** Without a penalty a small model repeats itself in what has no bounds. */
    private static <T> T describe(Function<CallResponseSpec, T> entity) {
        return entity.apply(client.getBean(ChatClient.Builder.class)
                .build()
                .prompt("Describe Paris.")
                .options(OpenAiChatOptions.builder().maxTokens(300).frequencyPenalty(2.0))
                .call());
    }

    private static String text(List<ChatResponse> parts) {
        var text = new StringBuilder();
        for (ChatResponse part : parts) {
            if (part.getResult() != null && part.getResult().getOutput().getText() != null) {
                text.append(part.getResult().getOutput().getText());
            }
        }
        return text.toString();
    }

    private static ChatModel model() {
        return client.getBean(ChatModel.class);
    }
}

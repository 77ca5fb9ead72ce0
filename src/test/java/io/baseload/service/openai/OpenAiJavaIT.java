package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** OpenAI's Java SDK, unchanged, against the whole service with the bundled model. */
@ExtendWith(WholeService.class)
class OpenAiJavaIT {
    private static RunningService service;
    private static OpenAIClient client;

    @BeforeAll
    static void connect(RunningService running) {
        service = running;
        client = client(RunningService.KEY);
    }

    @AfterAll
    static void disconnect() {
        client.close();
    }

    private static OpenAIClient client(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(service.rest().url() + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static ChatCompletionCreateParams.Builder greeting() {
        return ChatCompletionCreateParams.builder()
                .model("default")
                .addSystemMessage("You are brief.")
                .addUserMessage("Say hello.")
                .temperature(0.0)
                .seed(7);
    }

    @Test
    void aPlainAnswerPassesTheSdksValidation() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(greeting().maxCompletionTokens(12).build());
        answer.validate();
        assertThat(answer.model()).isEqualTo("smollm2-135m-instruct");
        assertThat(answer.systemFingerprint()).isPresent();
        var choice = answer.choices().getFirst();
        assertThat(choice.message().content().orElseThrow()).isNotBlank();
        assertThat(choice.finishReason().value())
                .isIn(ChatCompletion.Choice.FinishReason.Value.STOP, ChatCompletion.Choice.FinishReason.Value.LENGTH);
        var usage = answer.usage().orElseThrow();
        assertThat(usage.completionTokens()).isBetween(1L, 12L);
        assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
    }

    @Test
    void aStreamAddsUpToThePlainAnswerAndItsUsage() {
        var params = greeting().maxCompletionTokens(24);
        ChatCompletion plain = client.chat().completions().create(params.build());
        var options = ChatCompletionStreamOptions.builder().includeUsage(true).build();
        var accumulator = ChatCompletionAccumulator.create();
        for (int i = 0; i < 2; i++) {
            try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                    .completions()
                    .createStreaming(params.streamOptions(options).build())) {
                var sum = i == 0 ? accumulator : ChatCompletionAccumulator.create();
                stream.stream().peek(ChatCompletionChunk::validate).forEach(sum::accumulate);
            }
        }
        ChatCompletion streamed = accumulator.chatCompletion();
        assertThat(streamed.choices().getFirst().message().content())
                .isEqualTo(plain.choices().getFirst().message().content());
        assertThat(streamed.choices().getFirst().finishReason())
                .isEqualTo(plain.choices().getFirst().finishReason());
        assertThat(streamed.usage()).isEqualTo(plain.usage());
    }

    @Test
    void logprobsAndSeveralChoices() {
        ChatCompletion answer = client.chat()
                .completions()
                .create(greeting()
                        .n(2)
                        .logprobs(true)
                        .topLogprobs(3)
                        .maxTokens(5)
                        .build());
        answer.validate();
        assertThat(answer.choices()).hasSize(2);
        var tokens =
                answer.choices().getLast().logprobs().orElseThrow().content().orElseThrow();
        assertThat(tokens)
                .isNotEmpty()
                .allSatisfy(token -> assertThat(token.topLogprobs()).hasSize(3));
        assertThat(answer.usage().orElseThrow().completionTokens()).isBetween(2L, 10L);
    }

    @Test
    void completionsWithEchoAndLogprobs() {
        Completion answer = client.completions()
                .create(CompletionCreateParams.builder()
                        .model(CompletionCreateParams.Model.of("smollm2-135m-instruct"))
                        .prompt("The capital of France is")
                        .maxTokens(4)
                        .temperature(0.0)
                        .echo(true)
                        .logprobs(2)
                        .build());
        var choice = answer.choices().getFirst();
        assertThat(choice.text()).startsWith("The capital of France is").contains("Paris");
        var logprobs = choice.logprobs().orElseThrow();
        var offsets = logprobs.textOffset().orElseThrow();
        assertThat(offsets).hasSameSizeAs(logprobs.tokens().orElseThrow()).isSorted();
        assertThat(String.join("", logprobs.tokens().orElseThrow())).isEqualTo(choice.text());
    }

    @Test
    void modelsAreListedAndFoundByTheirIds() {
        assertThat(client.models().list().data()).extracting(Model::id).contains("default", "smollm2-135m-instruct");
        Model model = client.models().retrieve("smollm2-135m-instruct");
        model.validate();
        assertThat(model.ownedBy()).isEqualTo("baseload");
    }

    @Test
    void refusalsArriveAsTheSdksExceptions() {
        var unknown = catchThrowableOfType(
                NotFoundException.class,
                () -> client.chat()
                        .completions()
                        .create(greeting().model("nobody").build()));
        assertRefused(unknown, "model_not_found", "model");
        var hot = catchThrowableOfType(
                BadRequestException.class,
                () -> client.chat()
                        .completions()
                        .create(greeting().temperature(3.0).build()));
        assertRefused(hot, "decimal_above_max_value", "temperature");
        var streamed = catchThrowableOfType(
                BadRequestException.class,
                () -> client.chat()
                        .completions()
                        .createStreaming(greeting().n(0).build()));
        assertRefused(streamed, "integer_below_min_value", "n");
        OpenAIClient stranger = client("bl_nobody");
        var denied = catchThrowableOfType(
                UnauthorizedException.class, () -> stranger.models().list());
        assertThat(denied.code()).contains("invalid_api_key");
        stranger.close();
    }

    @Test
    void aPromptThatIsTooLongNamesTheNumbers() {
        String long9000 = "word ".repeat(9000);
        var refused = catchThrowableOfType(
                BadRequestException.class,
                () -> client.chat()
                        .completions()
                        .create(greeting().addUserMessage(long9000).build()));
        assertRefused(refused, "context_length_exceeded", "messages");
        assertThat(refused.getMessage()).contains("8192");
        var noRoom = catchThrowableOfType(
                BadRequestException.class,
                () -> client.chat()
                        .completions()
                        .create(greeting().maxTokens(8192).build()));
        assertRefused(noRoom, "context_length_exceeded", "messages");
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        var prompt = catchThrowableOfType(
                BadRequestException.class,
                () -> client.completions()
                        .create(CompletionCreateParams.builder()
                                .model("default")
                                .promptOfArrayOfTokens(List.of(1L, 49_152L))
                                .build()));
        assertThat(prompt.param().orElseThrow()).startsWith("prompt");
        var bias = catchThrowableOfType(
                BadRequestException.class,
                () -> client.chat()
                        .completions()
                        .create(greeting()
                                .logitBias(ChatCompletionCreateParams.LogitBias.builder()
                                        .putAdditionalProperty("49152", JsonValue.from(1))
                                        .build())
                                .build()));
        assertThat(bias.param()).contains("logit_bias");
    }

    private static void assertRefused(OpenAIServiceException refused, String code, String param) {
        assertThat(refused.code()).contains(code);
        assertThat(refused.param()).contains(param);
        assertThat(refused.type()).contains("invalid_request_error");
        assertThat(refused.headers().values("x-request-id")).hasSize(1);
    }
}

package io.baseload.chat.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.baseload.chat.api.ChatSettings;
import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.ToolSet;
import io.baseload.chat.tokenizer.HeldTurn;
import io.baseload.chat.tokenizer.LongTexts;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.Usage;
import io.baseload.testing.Patience;
import io.baseload.testing.TestModels;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Text in, text out, with a tiny model that generates noise. */
class ModelCompletionsTest {
    private static final Input HELLO = new Input.Texts(List.of("hello world"));
    private static final Lease WAITS_AFTER_THREE = produced -> produced < 3 ? Lease.Answer.GO : Lease.Answer.WAIT;
    private static Engine engine;
    private static LoadedModel model;
    private static Completions completions;

    @BeforeAll
    static void load() {
        engine = Engine.open(new EngineOptions(1, false));
        model = engine.load(TestModels.tiny(), LoadOptions.named("tiny"));
        completions = Completions.of(model);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void answersAsTextIsGenerated() throws Exception {
        Heard heard = ask(greedy(HELLO, 20));
        assertThat(heard.reasons).containsOnlyKeys(0);
        assertThat(heard.finished().cancelled()).isFalse();
        assertThat(heard.events.stream().filter(CompletionEvent.Text.class::isInstance))
                .hasSizeGreaterThan(5);
        assertThat(heard.usage().prompt())
                .isEqualTo(completions.prepare(greedy(HELLO, 20)).promptTokens());
        assertThat(heard.usage().completion()).isBetween(1, 20);
    }

    @Test
    void theFormOfCallsMayBeChosen() {
        assertThat(Completions.of(model, new ChatSettings(Optional.empty(), Optional.of("mistral"))))
                .isNotNull();
        assertThatThrownBy(() -> Completions.of(model, new ChatSettings(Optional.empty(), Optional.of("morse"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"morse\"")
                .hasMessageContaining("hermes");
    }

    @Test
    void aStopTextEndsTheAnswerAndIsNeverSent() throws Exception {
        String whole = ask(greedy(HELLO, 40)).texts.getOrDefault(0, "");
        for (int from = 1; from < whole.length() - 4; from += 3) {
            String stop = whole.substring(from, from + 3);
            Heard heard = ask(with(greedy(HELLO, 40), List.of("never found", stop), -1, false));
            assertThat(heard.texts.getOrDefault(0, "")).isEqualTo(whole.substring(0, whole.indexOf(stop)));
            assertThat(heard.reasons.get(0)).isEqualTo(StopReason.STOP);
        }
    }

    @Test
    void everyTokenHasItsLogprobWithTheTextThatItBegins() throws Exception {
        Heard heard = ask(with(greedy(HELLO, 12), List.of(), 3, false));
        assertThat(heard.logprobs)
                .hasSize(heard.reasons.get(0) == StopReason.STOP ? heard.usage().completion() - 1 : 12);
        assertThat(heard.logprobs).allSatisfy(l -> {
            assertThat(l.top()).hasSize(3);
            assertThat(l.logprob()).isEqualTo(l.top().getFirst().logprob()).isNegative();
        });
    }

    @Test
    void scoresAnEchoedPromptWithoutGenerating() throws Exception {
        Heard heard = ask(with(greedy(HELLO, 0), List.of(), 0, true));
        assertThat(heard.texts.get(0)).isEqualTo("hello world");
        assertThat(heard.usage().completion()).isZero();
        assertThat(heard.logprobs).hasSize(heard.usage().prompt());
        assertThat(heard.logprobs.getFirst().logprob()).isNaN();
        assertThat(heard.logprobs.subList(1, heard.logprobs.size())).allMatch(l -> l.logprob() < 0);
        assertThat(heard.reasons.get(0)).isEqualTo(StopReason.LENGTH);
    }

    @Test
    void eachPromptAndEachChoiceIsAnAnswerAndEachPromptIsCountedOnce() throws Exception {
        Input input = new Input.Texts(List.of("hello", "good morning"));
        CompletionRequest request = sampled(input, 5, 2, 2, 11);
        PreparedCompletion prepared = completions.prepare(request);
        assertThat(prepared.answers()).isEqualTo(4);
        Heard heard = ask(request);
        assertThat(heard.reasons).containsOnlyKeys(0, 1, 2, 3);
        assertThat(heard.usage().prompt()).isEqualTo(prepared.promptTokens());
        assertThat(heard.usage().completion()).isBetween(4, 20);
        assertThat(heard.texts.get(0)).isNotEqualTo(heard.texts.get(1));
        assertThat(ask(request).texts).isEqualTo(heard.texts);
    }

    @Test
    void bestOfReturnsTheLikeliest() throws Exception {
        Heard all = ask(sampledWithLogprobs(4, 4));
        Heard best = ask(sampledWithLogprobs(1, 4));
        assertThat(best.reasons).containsOnlyKeys(0);
        assertThat(best.usage()).isEqualTo(all.usage());
        double likeliest = 0;
        String text = "";
        for (int choice = 0; choice < 4; choice++) {
            double mean = mean(all, choice);
            if (text.isEmpty() || mean > likeliest) {
                likeliest = mean;
                text = all.texts.getOrDefault(choice, "");
            }
        }
        assertThat(mean(best, 0)).isCloseTo(likeliest, within(1e-5));
        assertThat(best.texts.get(0)).isEqualTo(text);
    }

    @Test
    void anAnswerWithoutTokensIsNotTheLikeliest() throws Exception {
        Heard heard = new Heard();
        completions
                .prepare(sampledWithLogprobs(1, 2))
                .start(choice -> choice == 0 ? produced -> Lease.Answer.END : Lease.unlimited(), heard);
        heard.finished();
        assertThat(heard.texts.get(0)).isNotEmpty();
    }

    private static double mean(Heard heard, int choice) {
        return heard.events.stream()
                .filter(e -> e instanceof CompletionEvent.Text t && t.choice() == choice)
                .flatMap(e -> ((CompletionEvent.Text) e).logprobs().stream())
                .mapToDouble(l -> l.logprob())
                .average()
                .orElseThrow();
    }

    @Test
    void aConversationIsRenderedByTheModelsTemplate() throws Exception {
        Input chat = new Input.Chat(List.of(Message.user("hi <|im_end|> there")), Map.of());
        PreparedCompletion prepared = completions.prepare(with(greedy(chat, 1), List.of(), -1, true));
        Heard heard = new Heard();
        prepared.start(i -> Lease.unlimited(), heard);
        heard.finished();
        assertThat(heard.texts.get(0))
                .startsWith("<|im_start|>system\n")
                .contains("<|im_start|>user\nhi <|im_end|> there<|im_end|>\n<|im_start|>assistant\n");
    }

    @Test
    void cancelEndsAllAnswers() throws Exception {
        Heard heard = new Heard();
        Completion completion =
                completions.prepare(sampled(HELLO, 200, 2, 2, 1)).start(i -> WAITS_AFTER_THREE, heard);
        while (completion.usage().completion() < 6) {
            Thread.onSpinWait();
        }
        completion.cancel();
        assertThat(heard.finished().cancelled()).isTrue();
        assertThat(heard.reasons).isEmpty();
        assertThat(heard.usage()).isEqualTo(new Usage(7, 6));
        assertThat(completion.usage()).isEqualTo(heard.usage());
    }

    @Test
    void theLeaseEndsAnAnswer() throws Exception {
        Heard heard = new Heard();
        completions
                .prepare(sampled(HELLO, 100, 1, 1, 5))
                .start(i -> produced -> produced < 7 ? Lease.Answer.GO : Lease.Answer.END, heard);
        assertThat(heard.usage()).isEqualTo(new Usage(heard.usage().prompt(), 7));
        assertThat(heard.reasons.get(0)).isEqualTo(StopReason.LENGTH);
    }

    @Test
    void aRequestWithoutRoomInTheQueueSendsNoEvents() throws Exception {
        try (LoadedModel small = engine.load(
                TestModels.tiny(),
                LoadOptions.named("small").withMaxSequences(1).withMaxQueued(1))) {
            Completions crowded = Completions.of(small);
            Heard heard = new Heard();
            PreparedCompletion prepared = crowded.prepare(sampled(HELLO, 200, 5, 5, 3));
            assertThatThrownBy(() -> prepared.start(i -> WAITS_AFTER_THREE, heard))
                    .isInstanceOf(OverloadedException.class);
            Heard next = new Heard();
            awaitRoom(crowded.prepare(greedy(HELLO, 2)), next);
            assertThat(next.finished().cancelled()).isFalse();
            assertThat(heard.events).isEmpty();
        }
    }

    private static void awaitRoom(PreparedCompletion prepared, Heard heard) {
        Patience.await().ignoreException(OverloadedException.class).until(() -> {
            prepared.start(index -> Lease.unlimited(), heard);
            return true;
        });
    }

    @Test
    void closingTheModelFailsWhatRuns() throws Exception {
        Engine own = Engine.open(new EngineOptions(1, false));
        Heard heard = new Heard();
        Completions.of(own.load(TestModels.tiny(), LoadOptions.named("own")))
                .prepare(sampled(HELLO, 200, 1, 1, 2))
                .start(i -> WAITS_AFTER_THREE, heard);
        own.close();
        CompletionEvent last = heard.last();
        assertThat(last instanceof CompletionEvent.Failed
                        || last instanceof CompletionEvent.Finished f && f.cancelled())
                .as("%s", last)
                .isTrue();
    }

    @Test
    void refusesWhatDoesNotFitTheContextOrTheVocabulary() {
        int context = model.contextLength();
        assertThatThrownBy(() -> completions.prepare(greedy(HELLO, context)))
                .isInstanceOfSatisfying(InvalidRequestException.class, e -> {
                    assertThat(e.code()).isEqualTo("context_length_exceeded");
                    assertThat(e.field()).isEqualTo("prompt");
                    assertThat(e).hasMessageContaining(String.valueOf(context));
                    assertThat(e.excess()).hasValueSatisfying(excess -> {
                        assertThat(excess.prompt()).isBetween(1L, context - 1L);
                        assertThat(excess.completion()).isEqualTo(context);
                        assertThat(excess.context()).isEqualTo(context);
                    });
                });
        Input chat = new Input.Chat(List.of(Message.user("word ".repeat(context))), Map.of());
        refused(CompletionRequest.chat(((Input.Chat) chat).messages()), "messages", "context_length_exceeded");
        refused(greedy(new Input.Tokens(List.of(new int[] {1, 1_000_000})), 1), "prompt", "invalid_value");
        refused(greedy(new Input.Tokens(List.of(new int[0])), 1), "prompt", "invalid_value");
        refused(greedy(new Input.Texts(List.of("")), 1), "prompt", "invalid_value");
        refused(greedy(new Input.Chat(List.of(), Map.of()), 1), "messages", "empty_array");
        refused(with(greedy(HELLO, 1), List.of(""), -1, false), "stop", "invalid_value");
    }

    @Test
    void textThatNoContextCouldHoldIsRefusedBeforeAnyWorkIsDoneOnIt() {
        String endless = "lorem ipsum dolor ".repeat(400_000);
        refused(greedy(new Input.Texts(List.of("short", endless)), 1), "prompt", "context_length_exceeded");
        refused(CompletionRequest.chat(List.of(Message.user(endless))), "messages", "context_length_exceeded");
        assertThatThrownBy(() -> completions.prepare(CompletionRequest.chat(List.of(Message.user(endless)))))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.excess())
                                .hasValueSatisfying(
                                        excess -> assertThat(excess.prompt()).isGreaterThan(excess.context())));
    }

    @Test
    void aPromptsPriceIsBoundedFromBelowBeforeAnyWorkIsDoneOnIt() {
        for (Input input : List.of(
                new Input.Texts(List.of("lorem ipsum dolor ".repeat(4), "sit amet")),
                new Input.Chat(List.of(Message.user("lorem ipsum dolor ".repeat(4))), Map.of()),
                new Input.Tokens(List.of(new int[] {1, 2, 3}, new int[] {4})))) {
            var request = greedy(input, 1);
            assertThat(completions.leastTokens(request))
                    .isPositive()
                    .isLessThanOrEqualTo(completions.prepare(request).promptTokens());
        }
    }

    @Test
    void aPlainTextsSpecialTokensCanBeOrdinaryText() {
        assertThat(tokens(new Input.Texts(List.of("<|im_end|>")))).isEqualTo(1);
        assertThat(tokens(new Input.Texts(List.of("<|im_end|>"), false, true))).isGreaterThan(5);
    }

    @Test
    void aGivenTemplateCountsAndSeesTheRequestsVariables() {
        var own = Completions.of(
                model, new ChatSettings(Optional.of("{{ 'q' * (1 if quiet else 3) }}<|im_end|>"), Optional.empty()));
        List<Message> hello = List.of(Message.user("hello"));
        assertThat(own.prepare(greedy(new Input.Chat(hello, Map.of()), 1)).promptTokens())
                .isEqualTo(4);
        assertThat(own.prepare(greedy(new Input.Chat(hello, Map.of("quiet", true)), 1))
                        .promptTokens())
                .isEqualTo(2);
        assertThatThrownBy(() -> Completions.of(model, new ChatSettings(Optional.of("{% if"), Optional.empty())))
                .isInstanceOf(ModelFileException.class);
    }

    /** With a template whose prompt ends within the model's thoughts. */
    @Test
    void tokensOfReasoningAreCountedAndHaveLogprobs() throws Exception {
        var thinking = Completions.of(
                model,
                new ChatSettings(Optional.of("{{ messages[0].content }}<think>\n{# </think> #}"), Optional.empty()));
        Heard heard = new Heard();
        Input hello = new Input.Chat(List.of(Message.user("hello")), Map.of());
        thinking.prepare(with(greedy(hello, 12), List.of(), 0, false)).start(i -> Lease.unlimited(), heard);
        assertThat(heard.finished().reasoningTokens()).isEqualTo(12);
        assertThat(heard.reasoning.toString()).isNotBlank();
        assertThat(heard.logprobs).hasSize(12);
    }

    private static int tokens(Input input) {
        return completions.prepare(greedy(input, 1)).promptTokens();
    }

    @Test
    void longPromptsOfOneFlowDelayNeitherThoseOfOthersNorShortOnes() throws Exception {
        var a = new FlowId("a");
        var chats = Completions.of(model, new ChatSettings(Optional.of("{{ messages[0].content }}"), Optional.empty()));
        Map<String, Object> unused = Map.of("unused", "x".repeat(LongTexts.MAX_SHORT_CHARACTERS));
        CompletionRequest large = greedy(new Input.Chat(List.of(Message.user("hello world")), unused), 1);
        int[] tokens = chats.tokens(new FlowId("b")).of(large).getFirst();
        CompletableFuture<int[]> behind;
        try (var held = new HeldTurn(a)) {
            behind = HeldTurn.behind(() -> chats.tokens(a).of(large).getFirst());
            assertThat(chats.tokens(new FlowId("b")).of(large).getFirst()).isEqualTo(tokens);
            assertThat(completions
                            .prepare(greedy(HELLO, 1), a, CacheScope.PRIVATE)
                            .promptTokens())
                    .isPositive();
            assertThat(behind).isNotDone();
        }
        assertThat(behind.get(Patience.LIMIT.toMinutes(), TimeUnit.MINUTES)).isEqualTo(tokens);
    }

    @Test
    void noMoreTokensAreConvertedThanFourContextsHave() {
        int most = 4 * model.contextLength();
        var tokens = completions.tokens(new FlowId("a"));
        var ids = new int[most + 1];
        assertThat(tokens.text(Arrays.copyOf(ids, most))).isNotEmpty();
        assertTooLong("tokens", () -> tokens.text(ids));
        assertThat(tokens.of(greedy(new Input.Tokens(List.of(Arrays.copyOf(ids, most))), 1)))
                .hasSize(1);
        assertTooLong("prompt", () -> tokens.of(greedy(new Input.Tokens(List.of(ids)), 1)));
        assertTooLong("prompt", () -> tokens.of(greedy(new Input.Texts(List.of("hello ".repeat(most + 1))), 1)));
    }

    private static void assertTooLong(String field, ThrowingCallable converting) {
        assertThatThrownBy(converting).isInstanceOfSatisfying(InvalidRequestException.class, e -> {
            assertThat(e.field()).isEqualTo(field);
            assertThat(e.code()).isEqualTo("context_length_exceeded");
        });
    }

    private static void refused(CompletionRequest request, String field, String code) {
        assertThatThrownBy(() -> completions.prepare(request))
                .isInstanceOfSatisfying(InvalidRequestException.class, e -> {
                    assertThat(e.field()).isEqualTo(field);
                    assertThat(e.code()).isEqualTo(code);
                });
    }

    private static Heard ask(CompletionRequest request) throws Exception {
        Heard heard = new Heard();
        completions.prepare(request).start(i -> Lease.unlimited(), heard);
        heard.finished();
        return heard;
    }

    private static CompletionRequest greedy(Input input, int maxTokens) {
        return request(input, 1, 1, maxTokens, SamplingOptions.greedy(), List.of(), -1, false);
    }

    private static CompletionRequest with(CompletionRequest r, List<String> stop, int topLogprobs, boolean echo) {
        return request(
                r.input(), r.choices(), r.bestOf(), r.maxTokens().orElseThrow(), r.sampling(), stop, topLogprobs, echo);
    }

    private static CompletionRequest sampledWithLogprobs(int choices, int bestOf) {
        return with(sampled(HELLO, 8, choices, bestOf, 99), List.of(), 0, false);
    }

    private static CompletionRequest sampled(Input input, int maxTokens, int choices, int bestOf, long seed) {
        // the end-of-turn tokens are banned, so that every answer has its full length
        Map<Integer, Float> noEnd = Map.of(381, -100f, 383, -100f);
        var sampling = new SamplingOptions(1f, 1f, 0, 0f, 0f, 0f, OptionalLong.of(seed), noEnd);
        return request(input, choices, bestOf, maxTokens, sampling, List.of(), -1, false);
    }

    private static CompletionRequest request(
            Input input,
            int choices,
            int bestOf,
            int maxTokens,
            SamplingOptions sampling,
            List<String> stop,
            int topLogprobs,
            boolean echo) {
        return new CompletionRequest(
                input,
                ToolSet.EMPTY,
                choices,
                bestOf,
                OptionalInt.of(maxTokens),
                sampling,
                stop,
                topLogprobs,
                OutputFormat.text(),
                echo);
    }
}

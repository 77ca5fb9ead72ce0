package io.baseload.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.Precision;
import io.baseload.testing.Patience;
import io.baseload.testing.TestModels;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClient.CallResponseSpec;
import org.springframework.ai.chat.client.ChatClient.EntityParamSpec;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.core.ParameterizedTypeReference;
import reactor.core.Disposable;

/** The chat model over a real model. Its answer to an endless prompt takes minutes, so if it ends at once, cancelling works. */
class SmolLm2ChatModelTest {
    private static final Prompt ENDLESS = new Prompt(
            "Count.", BaseloadChatOptions.builder().temperature(2.0).seed(1L).build());
    private static final ParameterizedTypeReference<List<Mayor>> MAYORS = new ParameterizedTypeReference<>() {};
    private static final ParameterizedTypeReference<Map<String, Integer>> SIZES = new ParameterizedTypeReference<>() {};
    private static Engine engine;
    private static LoadedModel loaded;
    private static BaseloadChatModel model;

    @BeforeAll
    static void load() {
        engine = Engine.open(new EngineOptions(2, false));
        loaded = engine.load(TestModels.smolLm2(), LoadOptions.named("smollm2").withPrecision(Precision.EXACT));
        model = new BaseloadChatModel(
                loaded,
                BaseloadChatOptions.builder().temperature(0.0).maxTokens(8).build(),
                ObservationRegistry.NOOP,
                new DefaultChatModelObservationConvention());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void answersInWords() {
        String answer = ChatClient.create(model)
                .prompt("What is the capital of Japan?")
                .call()
                .content();
        assertThat(answer).contains("Tokyo");
    }

    private enum Kind {
        CAPITAL,
        HARBOUR,
        OTHER
    }

    private record Mayor(boolean elected, int since) {}

    private record City(Kind kind, int founded, Mayor mayor) {}

    /** A small model ignores a format that is only described to it; the grammar enforces it. */
    @Test
    void answersAsAnObject() {
        City city = asked().entity(City.class, EntityParamSpec::useProviderStructuredOutput);
        assertThat(city).isNotNull();
        assertThat(city.kind()).isNotNull();
        assertThat(city.mayor()).isNotNull();
    }

    private record Town(Kind kind, @Nullable Integer founded, Optional<Kind> before, Map<String, Boolean> open) {}

    @Test
    void answersAsAListAMapAndWithWhatMayBeMissing() {
        List<Mayor> mayors = asked().entity(MAYORS, EntityParamSpec::useProviderStructuredOutput);
        assertThat(mayors).isNotNull();
        Map<String, Integer> sizes = asked().entity(SIZES, EntityParamSpec::useProviderStructuredOutput);
        assertThat(sizes).isNotNull();
        Town town = asked().entity(Town.class, EntityParamSpec::useProviderStructuredOutput);
        assertThat(town.kind()).isNotNull();
        assertThat(town.before()).isNotNull();
    }

    /** Without a penalty a small model repeats itself in parts without bounds. */
    private static CallResponseSpec asked() {
        return ChatClient.create(model)
                .prompt("Describe Paris.")
                .options(BaseloadChatOptions.builder()
                        .temperature(1.0)
                        .frequencyPenalty(2.0)
                        .seed(3L)
                        .maxTokens(400))
                .call();
    }

    @Test
    void cancellingTheStreamEndsTheGeneration() throws Exception {
        CompletableFuture<Void> begun = new CompletableFuture<>();
        Disposable subscription = model.stream(ENDLESS).subscribe(piece -> begun.complete(null));
        begun.get(5, TimeUnit.MINUTES);
        assertThat(loaded.load().active()).isEqualTo(1);
        subscription.dispose();
        awaitIdle();
    }

    @Test
    void takingTwoPiecesEndsTheGeneration() {
        assertThat(model.stream(ENDLESS).take(2).collectList().block(Patience.LIMIT))
                .hasSize(2);
        awaitIdle();
    }

    @Test
    void interruptingACallEndsTheGeneration() throws Exception {
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                model.call(ENDLESS);
            } catch (CancellationException e) {
                end.complete(e);
            }
        });
        Patience.await().until(() -> loaded.load().active() > 0);
        caller.interrupt();
        assertThat(end.get(5, TimeUnit.MINUTES)).isInstanceOf(CancellationException.class);
        awaitIdle();
    }

    @Test
    void closingTheEngineFailsAnAnswerThatRuns() {
        try (Engine another = Engine.open(new EngineOptions(1, false))) {
            var itsModel = new BaseloadChatModel(
                    another.load(TestModels.smolLm2(), LoadOptions.named("another")),
                    BaseloadChatOptions.builder().build(),
                    ObservationRegistry.NOOP,
                    new DefaultChatModelObservationConvention());
            assertThatThrownBy(() -> itsModel.stream(ENDLESS)
                            .doOnNext(piece -> another.close())
                            .blockLast(Patience.LIMIT))
                    .isInstanceOf(ModelClosedException.class);
        }
    }

    private static void awaitIdle() {
        Patience.await().until(() -> loaded.load().active() + loaded.load().queued() == 0);
    }
}

package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Usage;
import io.baseload.service.registry.LoadPatience;
import io.baseload.service.registry.ModelUnavailableException;
import io.baseload.service.routing.ModelDirectory;
import io.baseload.testing.TestPlatform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A name with two models, of which one can't take a request, or not now. */
class SpillOverTest {
    private TestPlatform platform;
    private TinyModel model;
    private Client client;

    @BeforeEach
    void start() {
        platform = TestPlatform.fresh(TinyInference.class);
        model = platform.get(TinyModel.class);
        client = new Client(platform.get(Inference.class), "default");
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private static ModelDirectory.Target refusing(String code) {
        return patience -> {
            throw new InvalidRequestException("messages", code, "not for this model");
        };
    }

    @Test
    void whatOneModelRefusesTheNextMayAnswer() throws Exception {
        model.canary = refusing("context_length_exceeded");
        client.ask(7, 1);
        model.steps.release(1);
        assertThat(client.finished().usage()).isEqualTo(new Usage(7, 1));
    }

    @Test
    void aRefusalIsNotTheAnswerWhileAnotherModelIsOnlyBusy() {
        model.canary = patience -> {
            throw new OverloadedException("busy", Duration.ofSeconds(3));
        };
        model.refusing = true;
        assertThatThrownBy(() -> client.ask(7, 1))
                .isInstanceOfSatisfying(
                        OverloadedException.class,
                        e -> assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(3)));
    }

    @Test
    void soItIsInTheOtherOrder() {
        model.canary = refusing("context_length_exceeded");
        model.full = true;
        assertThatThrownBy(() -> client.ask(7, 1)).isInstanceOf(OverloadedException.class);
    }

    /** A model that is loaded when somebody waits for it. */
    @Test
    void itWaitsForALoadOnlyIfNoOtherModelTakesTheRequest() throws Exception {
        var waits = new AtomicInteger();
        model.canary = patience -> {
            if (patience.equals(LoadPatience.NONE)) {
                throw new ModelUnavailableException("tiny", "being loaded", Duration.ofSeconds(2));
            }
            waits.incrementAndGet();
            return model.withPlaces(TinyModel.PLACES).acquire(patience);
        };
        model.steps.release(2);
        client.ask(7, 1);
        client.finished();
        assertThat(waits).as("the other one answers").hasValue(0);
        model.refusing = true;
        assertThatThrownBy(() -> client.ask(7, 1))
                .as("the model that it waited for refuses too")
                .isInstanceOf(InvalidRequestException.class);
        assertThat(waits).hasValue(1);
    }

    @Test
    void theWaitForAModelBeginsBeforeItsLoad() {
        var loading = new AtomicLong();
        ModelDirectory.Target loaded = patience -> {
            loading.set(System.nanoTime());
            return model.withPlaces(TinyModel.PLACES).acquire(patience);
        };
        var spillOver = new SpillOver<Long>(
                (model, attempt) -> {
                    model.close();
                    return attempt.since();
                },
                LoadPatience.NONE,
                (target, refusal) -> {});
        assertThat(spillOver.ask(List.of(loaded)) - loading.get()).isNotPositive();
    }

    @Test
    void eachModelLearnsWhetherItIsTheLastOne() {
        var loads = new AtomicInteger();
        ModelDirectory.Target loading = patience -> {
            if (loads.getAndIncrement() == 0) {
                throw new ModelUnavailableException("tiny", "being loaded", Duration.ofSeconds(2));
            }
            return model.withPlaces(TinyModel.PLACES).acquire(patience);
        };
        ModelDirectory.Target loaded =
                patience -> model.withPlaces(TinyModel.PLACES).acquire(patience);
        assertThat(lasts(List.of(loaded))).containsExactly(true);
        assertThat(lasts(List.of(loaded, loaded))).containsExactly(false, true);
        assertThat(lasts(List.of(loading, loaded)))
                .as("the one that was loading comes last")
                .containsExactly(false, true);
    }

    /** Asks models that are all busy. */
    private static List<Boolean> lasts(List<ModelDirectory.Target> targets) {
        List<Boolean> lasts = new ArrayList<>();
        var spillOver = new SpillOver<Long>(
                (model, attempt) -> {
                    model.close();
                    lasts.add(attempt.last());
                    throw new OverloadedException("busy", Duration.ofSeconds(1));
                },
                LoadPatience.NONE,
                (target, refusal) -> {});
        assertThatThrownBy(() -> spillOver.ask(targets)).isInstanceOf(OverloadedException.class);
        return lasts;
    }

    @Test
    void aLoadIsWaitedForNoLongerThanTheRequestMayWait() {
        var longest = new AtomicReference<Optional<Duration>>();
        model.canary = patience -> {
            longest.set(patience.most().get());
            throw new ModelUnavailableException("tiny", "being loaded", Duration.ofSeconds(2));
        };
        model.refusing = true;
        assertThatThrownBy(() -> client.within(Duration.ofMillis(7)).ask(7, 1))
                .isInstanceOf(ModelUnavailableException.class);
        assertThat(longest.get()).hasValue(Duration.ofMillis(7));
    }

    @Test
    void whatNoModelTakesIsRefusedByTheFirst() {
        model.canary = refusing("context_length_exceeded");
        model.refusing = true;
        assertThatThrownBy(() -> client.ask(7, 1))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class, e -> assertThat(e.code()).isEqualTo("context_length_exceeded"));
    }
}

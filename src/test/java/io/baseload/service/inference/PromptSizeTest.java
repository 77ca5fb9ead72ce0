package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.Message;
import io.baseload.engine.api.FlowId;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.PromptRange;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PromptSizeTest {
    private static final AliasTarget SMALL = target(0, OptionalInt.of(100));
    private static final AliasTarget LARGE = target(101, OptionalInt.empty());

    private int lookedForLocal;

    @Test
    void withoutAModelInMemoryFourBytesAreAToken() {
        assertThat(selected(chat(300))).containsExactly(SMALL);
        assertThat(selected(chat(500))).containsExactly(LARGE);
        assertThat(lookedForLocal).isEqualTo(2);
    }

    @Test
    void aPromptFarAboveTheLargestLimitIsNotCounted() {
        assertThat(selected(chat(16 * 101 + 1))).containsExactly(LARGE);
        assertThat(lookedForLocal).isZero();
    }

    @Test
    void withoutLimitsNothingIsMeasured() {
        var any = target(0, OptionalInt.empty());
        assertThat(new PromptSize(chat(10), FlowId.NONE).select(List.of(any, any), this::noLocal))
                .containsExactly(any, any);
        assertThat(lookedForLocal).isZero();
    }

    @Test
    void promptsInTokensCountTogether() {
        assertThat(selected(chat(0).withInput(new Input.Tokens(List.of(new int[60], new int[40])))))
                .containsExactly(SMALL);
        assertThat(selected(chat(0).withInput(new Input.Tokens(List.of(new int[60], new int[41])))))
                .containsExactly(LARGE);
        assertThat(lookedForLocal).isZero();
    }

    @Test
    void aPromptThatNoTargetTakesIsRefusedWithTheAllowedSizes() {
        var size = new PromptSize(chat(0).withInput(new Input.Tokens(List.of(new int[150]))), FlowId.NONE);
        assertThatThrownBy(() -> size.select(List.of(SMALL, target(200, OptionalInt.empty())), this::noLocal))
                .isInstanceOfSatisfying(InvalidRequestException.class, refused -> {
                    assertThat(refused.field()).isEqualTo("prompt");
                    assertThat(refused.code()).isEqualTo("invalid_value");
                })
                .hasMessageContaining("0-100, from 200");
        assertThatThrownBy(() -> size.select(List.of(SMALL), this::noLocal))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        refused -> assertThat(refused.code()).isEqualTo("context_length_exceeded"));
    }

    private List<AliasTarget> selected(CompletionRequest request) {
        Supplier<Optional<ServedModel>> local = this::noLocal;
        return new PromptSize(request, FlowId.NONE).select(List.of(SMALL, LARGE), local);
    }

    private Optional<ServedModel> noLocal() {
        lookedForLocal++;
        return Optional.empty();
    }

    /** A chat of that many characters, besides the JSON around them. */
    private static CompletionRequest chat(int characters) {
        return CompletionRequest.chat(List.of(new Message.User("a".repeat(characters), Optional.empty())));
    }

    private static AliasTarget target(int min, OptionalInt max) {
        return new AliasTarget("model", Optional.empty(), 1, 0, new PromptRange(min, max));
    }
}

package io.baseload.chat.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.FlowId;
import io.baseload.testing.Patience;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class LongTextsTest {
    private static CompletableFuture<Boolean> readsOnVirtualThread(long characters) {
        return CompletableFuture.supplyAsync(
                () -> LongTexts.read(
                        FlowId.NONE, characters, () -> Thread.currentThread().isVirtual()),
                work -> Thread.ofVirtual().start(work));
    }

    @Test
    void longTextsKeepNoCarrierOfVirtualThreads() {
        assertThat(readsOnVirtualThread(LongTexts.MAX_SHORT_CHARACTERS))
                .succeedsWithin(Patience.LIMIT)
                .isEqualTo(true);
        assertThat(readsOnVirtualThread(LongTexts.MAX_SHORT_CHARACTERS + 1))
                .succeedsWithin(Patience.LIMIT)
                .isEqualTo(false);
    }

    @Test
    void aRefusalIsTheSameForLongTexts() {
        var refusal = new InvalidRequestException("prompt", "invalid_value", "no");
        assertThatThrownBy(() -> LongTexts.read(FlowId.NONE, LongTexts.MAX_SHORT_CHARACTERS + 1, () -> {
                    throw refusal;
                }))
                .isSameAs(refusal);
    }
}

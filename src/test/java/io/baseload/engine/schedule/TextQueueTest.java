package io.baseload.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.FlowId;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TextQueueTest {
    private final TextQueue queue = new TextQueue();

    /** Its caller cancels it as soon as the queue has found that it waits. */
    @Test
    void aRequestThatIsCancelledWhileItIsChosenIsStillTheChosenOne() {
        var cancels = new ArrayList<Runnable>();
        var texts = new AbstractList<EncoderText>() {
            @Override
            public EncoderText get(int index) {
                return EncoderText.of(new int[] {1, 2});
            }

            @Override
            public int size() {
                cancels.forEach(Runnable::run);
                return 1;
            }
        };
        var cancelled = new TextRequest(texts, tokens -> {});
        cancels.add(() -> cancelled.done.cancel(true));
        var other = new TextRequest(List.of(EncoderText.of(new int[] {3})), tokens -> {});
        queue.enter(new FlowId("a")).requests.add(cancelled);
        assertThat(Objects.requireNonNull(queue.next()).request()).isSameAs(cancelled);
        assertThat(cancelled.isOver()).isTrue();
        queue.enter(new FlowId("b")).requests.add(other);
        assertThat(Objects.requireNonNull(queue.next()).request()).isSameAs(other);
        other.take();
        assertThat(queue.next()).isNull();
    }
}

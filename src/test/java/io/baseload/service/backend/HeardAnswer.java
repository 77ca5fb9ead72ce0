package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.chat.api.AnswerBuilder;
import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.StopReason;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An answer of a backend as its listener gets it. */
final class HeardAnswer {
    final AnswerBuilder answer = new AnswerBuilder();
    private final BlockingQueue<CompletionEvent> last = new LinkedBlockingQueue<>();
    private final CountDownLatch piece = new CountDownLatch(1);
    private final AtomicInteger ends = new AtomicInteger();
    volatile Completion completion;
    volatile StopReason reason;

    void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Piece one -> {
                answer.add(one);
                piece.countDown();
            }
            case CompletionEvent.ChoiceFinished finished -> reason = finished.reason();
            case CompletionEvent.Finished finished -> end(finished);
            case CompletionEvent.Failed failed -> end(failed);
        }
    }

    private void end(CompletionEvent event) {
        assertThat(ends.incrementAndGet()).isEqualTo(1);
        last.add(event);
    }

    void awaitPiece() throws InterruptedException {
        assertThat(piece.await(5, TimeUnit.MINUTES)).isTrue();
    }

    CompletionEvent.Finished finished() throws InterruptedException {
        return (CompletionEvent.Finished) last.poll(5, TimeUnit.MINUTES);
    }

    CompletionEvent.Failed failed() throws InterruptedException {
        return (CompletionEvent.Failed) last.poll(5, TimeUnit.MINUTES);
    }
}

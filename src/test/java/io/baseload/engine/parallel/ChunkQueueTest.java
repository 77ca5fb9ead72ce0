package io.baseload.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ChunkQueueTest {
    private static final int OPERATORS = 2_000;

    @Test
    void theOwnerTakesFromTheFrontAndOthersFromTheBack() {
        ChunkQueue queue = new ChunkQueue();
        assertThat(queue.operator()).isEqualTo(-1);
        queue.open(3);
        long operator = queue.operator();
        assertThat(queue.takeFirst()).isZero();
        assertThat(queue.takeLast(operator)).isEqualTo(2);
        assertThat(queue.takeFirst()).isEqualTo(1);
        assertThat(queue.takeFirst()).isEqualTo(-1);
        assertThat(queue.takeLast(operator)).isEqualTo(-1);
        assertThat(queue.operator()).isEqualTo(-1);
        queue.finish();
        queue.awaitOthers();
    }

    @Test
    void nothingIsTakenOfAnOperatorThatIsOver() {
        ChunkQueue queue = new ChunkQueue();
        queue.open(2);
        long over = queue.operator();
        queue.close();
        assertThat(queue.takeLast(over)).isEqualTo(-1);
        queue.open(2);
        assertThat(queue.takeLast(over)).isEqualTo(-1);
        assertThat(queue.takeLast(queue.operator())).isEqualTo(1);
    }

    /** Every chunk is computed once, with what its owner wrote before, and the owner sees all results. */
    @Test
    void chunksAreComputedOnceByAnyWorker() {
        ChunkQueue queue = new ChunkQueue();
        Shared shared = new Shared();
        List<CompletableFuture<Void>> helpers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            helpers.add(CompletableFuture.runAsync(() -> {
                while (!shared.over) {
                    long operator = queue.operator();
                    int chunk = operator < 0 ? -1 : queue.takeLast(operator);
                    if (chunk >= 0) {
                        shared.results[chunk] += shared.input;
                        queue.finish();
                    } else {
                        Thread.onSpinWait();
                    }
                }
            }));
        }
        for (int operator = 1; operator <= OPERATORS; operator++) {
            int chunks = 1 + operator % shared.results.length;
            shared.input = operator;
            shared.results = new long[shared.results.length];
            queue.open(chunks);
            for (int chunk = queue.takeFirst(); chunk >= 0; chunk = queue.takeFirst()) {
                shared.results[chunk] += shared.input;
            }
            queue.awaitOthers();
            for (int chunk = 0; chunk < shared.results.length; chunk++) {
                assertThat(shared.results[chunk]).isEqualTo(chunk < chunks ? operator : 0);
            }
        }
        shared.over = true;
        CompletableFuture.allOf(helpers.toArray(CompletableFuture[]::new)).join();
    }

    private static final class Shared {
        private long input;
        private long[] results = new long[13];
        private volatile boolean over;
    }
}

package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The sizes of the transactions in which waiting items are written. */
class GroupCommitTest {
    private static final long LARGE = GroupCommit.MAX_BYTES / 2 - 1;

    private final Queue<List<Long>> written = new ConcurrentLinkedQueue<>();
    private final Semaphore may = new Semaphore(0);

    @Test
    void noTransactionHasMoreThanSoManyBytesUnlessOneItemHas() {
        try (var commit =
                new GroupCommit<Long, Boolean>("test", 100, size -> size, this::write, new SimpleMeterRegistry())) {
            var first = commit.submit(1L);
            var others = Stream.of(2L, LARGE, LARGE, LARGE, 2 * GroupCommit.MAX_BYTES, 3L)
                    .map(commit::submit)
                    .toList();
            may.release(100);
            first.result().join();
            others.forEach(entry -> entry.result().join());
        }
        assertThat(written.stream().flatMap(List::stream))
                .as("all, in their order")
                .containsExactly(1L, 2L, LARGE, LARGE, LARGE, 2 * GroupCommit.MAX_BYTES, 3L);
        assertThat(written)
                .allSatisfy(sizes -> assertThat(
                                sizes.size() == 1
                                        ? 0
                                        : sizes.stream().mapToLong(size -> size).sum())
                        .isLessThanOrEqualTo(GroupCommit.MAX_BYTES));
    }

    private List<Optional<Boolean>> write(List<Long> sizes) {
        may.acquireUninterruptibly();
        written.add(sizes);
        return sizes.stream().map(size -> Optional.of(true)).toList();
    }
}

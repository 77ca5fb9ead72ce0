package io.baseload.cli;

import com.sun.management.ThreadMXBean;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.OperatorTimes;
import io.baseload.engine.api.SamplingOptions;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * One round of a measurement: some sequences are prefilled, then all of them decode together, one token each per step. Leases hold back those that are ready until all are.
 *
 * @param prefillSeconds from the requests to the last sequence's first token
 * @param stepNanos of each decode step except the first, during which sequences are still arriving
 * @param allocated bytes of heap that all threads allocated per token meanwhile
 * @param prefill the workers' time until all had their first token
 * @param decode the workers' time afterwards
 */
record BenchRound(
        double prefillSeconds, long[] stepNanos, double allocated, OperatorTimes prefill, OperatorTimes decode) {
    /** Tokens of an answer that aren't measured: that of prefill, and that of the first step. */
    private static final int UNMEASURED = 2;

    /** The largest number of tokens of a sequence, besides its prompt and the measured ones. */
    static final int MAX_SPARE = UNMEASURED + 1;

    private static final class Gate implements Lease {
        private volatile boolean open;

        @Override
        public Answer ask(int produced) {
            return open || produced == 0 ? Answer.GO : Answer.WAIT;
        }
    }

    /** @param number of the round: each has different prompts, so that nothing of the previous one is reused */
    static BenchRound run(LoadedModel model, int number, int batch, int prompt, int decode)
            throws InterruptedException, ExecutionException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var gate = new Gate();
        var started = new CountDownLatch(batch);
        List<BenchSink> sinks = IntStream.range(0, batch)
                .mapToObj(i -> new BenchSink(decode + UNMEASURED, started))
                .toList();
        OperatorTimes before = model.times();
        long start = System.nanoTime();
        for (int i = 0; i < batch; i++) {
            int[] ids = ids(prompt, number * batch + i, model.info().vocabularySize());
            model.generate(request(ids, decode + UNMEASURED, gate, CacheScope.PRIVATE), sinks.get(i));
        }
        started.await();
        OperatorTimes between = model.times();
        long allocated = threads.getTotalThreadAllocatedBytes();
        gate.open = true;
        CompletableFuture.allOf(sinks.stream().map(BenchSink::end).toArray(CompletableFuture<?>[]::new))
                .get();
        long bytes = threads.getTotalThreadAllocatedBytes() - allocated;
        long first = sinks.stream().mapToLong(sink -> sink.times()[0]).max().orElseThrow();
        return new BenchRound(
                (first - start) / 1e9,
                steps(sinks.getFirst().times()),
                (double) bytes / batch / (decode + UNMEASURED - 1),
                between.since(before),
                model.times().since(between));
    }

    /** A greedy answer without an end. */
    static GenerationRequest request(int[] ids, int tokens, Lease lease, CacheScope scope) {
        return new GenerationRequest(
                ids,
                tokens,
                SamplingOptions.greedy(),
                Set.of(),
                -1,
                false,
                Optional.empty(),
                lease,
                FlowId.NONE,
                scope);
    }

    private static long[] steps(long[] times) {
        return IntStream.range(UNMEASURED, times.length)
                .mapToLong(i -> times[i] - times[i - 1])
                .toArray();
    }

    /** Effectively random tokens. */
    static int[] ids(int length, int number, int vocabulary) {
        return IntStream.range(0, length)
                .map(i -> ((i * 7919 + number * 31) % 20000 + 100) % vocabulary)
                .toArray();
    }

    double decodeSeconds() {
        return LongStream.of(stepNanos).sum() / 1e9;
    }
}

package io.baseload.cli;

import io.baseload.engine.api.CollectiveTimes;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The duration of an all-reduce in microseconds, including the barrier of its shard's workers that follows.
 *
 * @param workers of all shards together
 * @param p50 workers wait only for slices; with one shard, this is a barrier
 * @param meetingP50 all workers wait for each other first; measured alternately with the other
 */
record BenchCollectives(
        int shards, int workers, int width, int rows, double p50, double p99, double meetingP50, double meetingP99) {
    private static final List<Integer> WIDTHS = List.of(2048, 8192);
    private static final List<Integer> ROWS = List.of(1, 8, 64);

    /** Each kind of all-reduce; then barriers, as sums of nothing by one shard. */
    static List<BenchCollectives> run(Output output) {
        var results = new ArrayList<BenchCollectives>();
        for (int shards : shards(nodes())) {
            try (Engine engine = open(0, shards)) {
                for (int width : WIDTHS) {
                    for (int rows : ROWS) {
                        results.add(measure(engine, width, rows));
                        output.note(results.getLast().line());
                    }
                }
            }
        }
        for (int threads : barriers(machine())) {
            try (Engine engine = open(threads, 1)) {
                results.add(measure(engine, 1, 1));
                output.note(results.getLast().line());
            }
        }
        return results;
    }

    private static Engine open(int threads, int shards) {
        return Engine.open(new EngineOptions(threads, true, shards, List.of()));
    }

    /** As many shards as the machine has by default: one for each memory node. */
    private static int nodes() {
        try (Engine engine = open(0, 0)) {
            return engine.shards();
        }
    }

    /** The numbers of shards whose all-reduces are measured. */
    static SortedSet<Integer> shards(int nodes) {
        return new TreeSet<>(List.of(2, 3, 4, Math.max(2, nodes)));
    }

    /** As many workers as the machine has for one shard. */
    private static int machine() {
        try (Engine engine = open(0, 1)) {
            return engine.workers();
        }
    }

    /** The numbers of threads whose barriers are measured, up to all of the machine's workers. */
    static SortedSet<Integer> barriers(int workers) {
        SortedSet<Integer> threads = new TreeSet<>(List.of(2, 4, 8, Math.max(2, workers)));
        for (int some = 16; some < workers; some *= 2) {
            threads.add(some);
        }
        return threads;
    }

    private static BenchCollectives measure(Engine engine, int width, int rows) {
        CollectiveTimes slices = engine.measureAllReduce(rows, width, false);
        CollectiveTimes meeting = engine.measureAllReduce(rows, width, true);
        return new BenchCollectives(
                engine.shards(),
                engine.workers(),
                width,
                rows,
                slices.micros(50),
                slices.micros(99),
                meeting.micros(50),
                meeting.micros(99));
    }

    private String line() {
        return shards == 1
                ? String.format(Locale.ROOT, "%d threads: a barrier %.2f us, p99 %.2f us", workers, p50, p99)
                : String.format(
                        Locale.ROOT,
                        "%d shards, %d workers, %d rows of %d: an all-reduce %.2f us, p99 %.2f us; with a meeting of"
                                + " all %.2f us, p99 %.2f us",
                        shards,
                        workers,
                        rows,
                        width,
                        p50,
                        p99,
                        meetingP50,
                        meetingP99);
    }
}

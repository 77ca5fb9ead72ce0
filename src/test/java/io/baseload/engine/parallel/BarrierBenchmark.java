package io.baseload.engine.parallel;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Prints what a barrier and an empty step cost, for 1, 2, 4 and 8 threads, whatever the machine has, at one place and as a tree of pairs; run it by its main method. */
final class BarrierBenchmark {
    private static final Duration EACH = Duration.ofSeconds(1);
    private static final int BARRIERS = 300;

    private BarrierBenchmark() {}

    public static void main(String[] args) {
        for (int workers : new int[] {1, 2, 4, 8}) {
            measure("one place", TeamLayout.single(workers));
            if (workers > 2) {
                measure("tree of pairs", pairs(workers));
            }
        }
    }

    /** As if each two CPUs shared a cache. */
    private static TeamLayout pairs(int workers) {
        List<List<Integer>> caches = IntStream.range(0, workers / 2)
                .mapToObj(pair -> List.of(2 * pair, 2 * pair + 1))
                .toList();
        List<Integer> cpus = caches.stream().flatMap(List::stream).toList();
        return new TeamLayout(workers, List.of(cpus), List.of(), List.of(caches));
    }

    private static void measure(String kind, TeamLayout layout) {
        int workers = layout.workers();
        try (Team team = new Team(layout, workers, workers <= 2, 120)) {
            Steps barrier = steps(team, BarrierBenchmark::meet);
            Steps step = steps(team, (worker, all, inside) -> {});
            System.out.printf(
                    Locale.ROOT,
                    "%d threads, %s: a barrier %.3f us (best step %.3f), an empty step %.3f us (best %.3f)%n",
                    workers,
                    kind,
                    barrier.mean() / BARRIERS / 1e3,
                    barrier.best() / BARRIERS / 1e3,
                    step.mean() / 1e3,
                    step.best() / 1e3);
        }
    }

    private static void meet(int worker, int workers, Barrier barrier) {
        for (int i = 0; i < BARRIERS; i++) {
            barrier.await();
        }
    }

    /** Nanoseconds of a step; the best is what it costs where nobody else wants the CPUs. */
    private record Steps(double mean, double best) {}

    /** After a warm-up of the same length. */
    private static Steps steps(Team team, Step step) {
        Steps found = new Steps(0, 0);
        for (int round = 0; round < 2; round++) {
            long start = System.nanoTime();
            long now = start;
            long best = Long.MAX_VALUE;
            long steps = 0;
            while (now - start < EACH.toNanos()) {
                team.run(step);
                long end = System.nanoTime();
                best = Math.min(best, end - now);
                now = end;
                steps++;
            }
            found = new Steps((double) (now - start) / steps, best);
        }
        return found;
    }
}

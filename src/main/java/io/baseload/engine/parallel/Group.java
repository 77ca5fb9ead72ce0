package io.baseload.engine.parallel;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Workers that wait for each other before one of them waits for other groups: those of a last-level cache, then those of a node, then those of a socket (the combining tree of Yew, Tzeng and Lawrie,
 * 1987). A counter to which n cores add moves from core to core n times, one after the other. In a tree the groups' counters move at the same time, and only one core of each group goes on
 * to a counter farther away. So 256 workers on 4 nodes with 8 caches each need 8 + 8 + 4 consecutive moves instead of 256.
 *
 * <p>For few workers with a common cache a single group is as fast, so there is no tree.
 *
 * @param workers in ascending order; the first represents the group in its parent
 * @param parts the subgroups of these workers; none if they have a single counter
 */
record Group(List<Integer> workers, List<Group> parts) {
    /** The most workers with a single counter. */
    private static final int MAX_WORKERS = 16;

    private static final int PIECE = 8;

    /** Groups some workers by their CPUs. */
    static Group of(TeamLayout layout, List<Integer> workers) {
        return of(layout, layout.levels(), workers);
    }

    private static Group of(TeamLayout layout, List<List<List<Integer>>> levels, List<Integer> workers) {
        if (levels.isEmpty()) {
            return pieces(workers);
        }
        Map<Integer, List<Integer>> near = new TreeMap<>();
        for (int worker : workers) {
            int domain = domain(levels.getFirst(), layout.cpu(worker));
            near.computeIfAbsent(domain, key -> new ArrayList<>()).add(worker);
        }
        List<List<List<Integer>>> smaller = levels.subList(1, levels.size());
        if (near.size() == 1) {
            return of(layout, smaller, workers);
        }
        if (near.size() == workers.size()) {
            return pieces(workers);
        }
        return joined(near.values().stream()
                .map(some -> of(layout, smaller, some))
                .sorted(Comparator.comparing(part -> part.workers().getFirst()))
                .toList());
    }

    private static int domain(List<List<Integer>> level, int cpu) {
        int domain = 0;
        while (domain < level.size() && !level.get(domain).contains(cpu)) {
            domain++;
        }
        return domain;
    }

    private static Group joined(List<Group> parts) {
        List<Integer> workers =
                parts.stream().flatMap(part -> part.workers().stream()).sorted().toList();
        return new Group(workers, parts);
    }

    private static Group pieces(List<Integer> workers) {
        if (workers.size() <= MAX_WORKERS) {
            return new Group(List.copyOf(workers), List.of());
        }
        List<Group> parts = new ArrayList<>();
        int pieces = Math.ceilDiv(workers.size(), PIECE);
        for (int i = 0; i < pieces; i++) {
            parts.add(pieces(
                    workers.subList(Step.share(i, pieces, workers.size()), Step.share(i + 1, pieces, workers.size()))));
        }
        return joined(parts);
    }

    /** The workers that add to the group's counter: all, or the first of each part. */
    int[] coming() {
        return parts.isEmpty()
                ? workers.stream().mapToInt(Integer::intValue).toArray()
                : parts.stream().mapToInt(part -> part.workers().getFirst()).toArray();
    }

    /** How many of these, which are in ascending order, are among the first {@code active} workers. */
    static int among(int[] coming, int active) {
        int count = 0;
        while (count < coming.length && coming[count] < active) {
            count++;
        }
        return count;
    }
}

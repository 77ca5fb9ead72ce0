package io.baseload.engine.parallel;

import io.baseload.engine.api.EngineOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A team's workers, their shards and their CPUs. Worker w belongs to shard {@code w % shards}: a step that gets only some of the workers, always the first ones, still has some of each
 * shard.
 *
 * @param workers the number of workers of all shards together, at least one for each
 * @param cpus for each shard the CPUs that its workers may use, first those for its workers, each of another core if there are so many; an empty list if the system doesn't list them
 * @param nodes the CPUs of each memory node; none if there is only one, or the system doesn't list them
 * @param levels the proximity of CPUs: lists of the CPUs of each socket, node and last-level cache, the level with the fewest lists first; a level with only one list is left out
 * @param confined whether all these CPUs are on one memory node of a machine that has several: then memory that other threads touch first may be on another node
 */
public record TeamLayout(
        int workers,
        List<List<Integer>> cpus,
        List<List<Integer>> nodes,
        List<List<List<Integer>>> levels,
        boolean confined) {
    private static final Logger LOG = System.getLogger(TeamLayout.class.getName());

    public TeamLayout {
        cpus = cpus.stream().map(List::copyOf).toList();
        nodes = List.copyOf(nodes);
        levels = List.copyOf(levels);
        if (workers < cpus.size()) {
            throw new IllegalArgumentException(
                    workers + " workers are too few for " + cpus.size() + " shards: each needs one");
        }
    }

    /** A layout on a machine with one memory node, or on several nodes. */
    TeamLayout(int workers, List<List<Integer>> cpus, List<List<Integer>> nodes, List<List<List<Integer>>> levels) {
        this(workers, cpus, nodes, levels, false);
    }

    /** A layout of CPUs whose proximity is unknown. */
    public TeamLayout(int workers, List<List<Integer>> cpus) {
        this(workers, cpus, List.of(), List.of());
    }

    /** One shard on all CPUs of this process. */
    public static TeamLayout single(int workers) {
        Topology machine = Topology.ofThisMachine();
        return new TeamLayout(workers, List.of(machine.allowed().cpus()), List.of(), machine.levels());
    }

    /**
     * The layout for the options on this machine.
     *
     * @throws IllegalArgumentException if there are fewer workers than shards, or CPUs that the process may not use
     */
    public static TeamLayout of(EngineOptions options) {
        Topology machine = Topology.ofThisMachine();
        TeamLayout layout = machine.layout(options);
        machine.warnings(layout, Path.of("/proc/self")).forEach(why -> LOG.log(Level.WARNING, why));
        return layout;
    }

    /** Shards that aren't bound to any CPUs. */
    public static TeamLayout unbound(int workers, int shards) {
        return new TeamLayout(workers, Collections.nCopies(shards, List.of()));
    }

    public int shards() {
        return cpus.size();
    }

    /**
     * The same workers on the same CPUs in fewer shards, each of which has those of equally many of these.
     *
     * @param shards a divisor of the number of shards
     */
    public TeamLayout merged(int shards) {
        if (shards() % shards != 0) {
            throw new IllegalArgumentException(shards() + " shards can't be merged into " + shards);
        }
        return new TeamLayout(
                workers,
                IntStream.range(0, shards)
                        .mapToObj(shard -> merged(shard, shards))
                        .toList(),
                nodes,
                levels,
                confined);
    }

    /** First the CPUs of its workers, in their order. */
    private List<Integer> merged(int shard, int shards) {
        IntStream first = IntStream.iterate(shard, worker -> worker < workers, worker -> worker + shards)
                .map(this::cpu)
                .filter(cpu -> cpu >= 0);
        IntStream all = IntStream.iterate(shard, part -> part < shards(), part -> part + shards)
                .flatMap(part -> cpus.get(part).stream().mapToInt(Integer::intValue));
        return IntStream.concat(first, all).distinct().boxed().toList();
    }

    /** The shard of a worker. */
    public int shard(int worker) {
        return worker % shards();
    }

    /** A worker's index in its shard. */
    public int place(int worker) {
        return worker / shards();
    }

    /** The CPU for a worker if each has its own; −1 if the system doesn't list CPUs. */
    int cpu(int worker) {
        List<Integer> own = cpus.get(shard(worker));
        return own.isEmpty() ? -1 : own.get(place(worker) % own.size());
    }

    /** The CPUs of a worker's shard that are on the worker's memory node; empty if the system doesn't list CPUs. */
    List<Integer> near(int worker) {
        List<Integer> own = cpus.get(shard(worker));
        int cpu = cpu(worker);
        return nodes.stream()
                .filter(node -> node.contains(cpu))
                .findFirst()
                .map(node -> own.stream().filter(node::contains).toList())
                .orElse(own);
    }

    /** The number of memory nodes with workers; 1 if the system doesn't list nodes. */
    public int occupiedNodes() {
        List<Integer> used = IntStream.range(0, workers).map(this::cpu).boxed().toList();
        return (int) Math.max(
                1,
                nodes.stream().filter(node -> !Collections.disjoint(node, used)).count());
    }

    /** The number of the first {@code active} workers that belong to a shard. */
    public int workers(int shard, int active) {
        return workers(shard, active, shards());
    }

    static int workers(int shard, int active, int shards) {
        return (active - shard + shards - 1) / shards;
    }

    /** The CPUs to which a shard's workers are bound; empty if they are all that the process may use, or the system doesn't list them. */
    Optional<List<Integer>> bounds(int shard, Cpus allowed) {
        List<Integer> own = cpus.get(shard);
        return own.isEmpty() || own.size() >= allowed.cpus().size() ? Optional.empty() : Optional.of(own);
    }

    /** Whether each worker can have its own CPU. Not under a CPU quota: other processes with a quota may run on the same CPUs, and if all pinned their threads, they would all use the first few. */
    boolean mayPin(Cpus allowed) {
        for (int shard = 0; shard < shards(); shard++) {
            if (workers(shard, workers) > cpus.get(shard).size()) {
                return false;
            }
        }
        return allowed.cpus().size() <= allowed.available();
    }
}

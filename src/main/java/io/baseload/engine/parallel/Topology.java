package io.baseload.engine.parallel;

import io.baseload.engine.api.EngineOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * NUMA nodes, last-level caches and their CPUs, described by the system in a folder ({@code /sys/devices/system}).
 *
 * @param allowed CPUs that this process may use
 */
record Topology(Path system, Cpus allowed) {
    private static final Path SYSTEM = Path.of("/sys/devices/system");
    private static final String CPUS = "cpulist";

    static Topology ofThisMachine() {
        return new Topology(SYSTEM, Cpus.allowed());
    }

    /** CPUs of each node that the process may use; one list of all if the system has no nodes. */
    List<List<Integer>> nodes() {
        List<List<Integer>> nodes = new ArrayList<>();
        for (Path node : folders()) {
            List<Integer> cpus = allowed.of(read(node.resolve(CPUS)));
            if (!cpus.isEmpty()) {
                nodes.add(cpus);
            }
        }
        return nodes.isEmpty() ? List.of(allowed.cpus()) : nodes;
    }

    /** As {@link TeamLayout#levels}. */
    List<List<List<Integer>>> levels() {
        return Stream.of(nodes(), caches())
                .filter(level -> level.size() > 1)
                .distinct()
                .toList();
    }

    /** Lists of CPUs that share a third-level cache; none if the system has no such caches. */
    private List<List<Integer>> caches() {
        List<List<Integer>> caches = new ArrayList<>();
        for (int cpu : allowed.cpus()) {
            if (caches.stream().noneMatch(cache -> cache.contains(cpu))) {
                Path cache = system.resolve("cpu/cpu" + cpu + "/cache/index3");
                if (Files.isReadable(cache.resolve("shared_cpu_list"))) {
                    caches.add(allowed.of(read(cache.resolve("shared_cpu_list"))));
                }
            }
        }
        return caches;
    }

    /** The nodes' folders, in order. */
    private List<Path> folders() {
        Path folder = system.resolve("node");
        try (Stream<Path> names = Files.list(folder)) {
            return names.map(Path::getFileName)
                    .map(String::valueOf)
                    .filter(name -> name.matches("node\\d{1,6}"))
                    .map(folder::resolve)
                    .filter(node -> Files.isReadable(node.resolve(CPUS)))
                    .sorted(Comparator.comparingInt(Topology::number))
                    .toList();
        } catch (IOException noNodes) {
            return List.of();
        }
    }

    private static int number(Path node) {
        return Integer.parseInt(String.valueOf(node.getFileName()).substring("node".length()));
    }

    private static List<Integer> read(Path list) {
        try {
            String cpus = Files.readString(list).strip();
            return cpus.isEmpty() ? List.of() : Cpus.parse(cpus);
        } catch (IOException e) {
            throw new UncheckedIOException(list + ": can't be read", e);
        }
    }

    /**
     * The workers of each shard and their CPUs.
     *
     * @throws IllegalArgumentException if there are fewer workers than shards, or CPUs that the process may not use
     */
    TeamLayout layout(EngineOptions options) {
        List<List<Integer>> shards = shards(options);
        int workers = options.threads() == 0 ? Math.max(shards.size(), workers(shards)) : options.threads();
        return new TeamLayout(workers, shards, levels());
    }

    /** As many for each shard as the smallest has cores: shards get equal parts of a model, so more workers would only wait for that one. Fewer if shards share cores or CPU time is limited. */
    private int workers(List<List<Integer>> shards) {
        int together = allowed.workers(together(shards));
        return Math.min(fewest(shards), together / Math.max(1, shards.size())) * shards.size();
    }

    /** Cores of the shard with the fewest. */
    private int fewest(List<List<Integer>> shards) {
        return shards.stream().mapToInt(allowed::workers).min().orElse(0);
    }

    private static List<Integer> together(List<List<Integer>> shards) {
        return shards.stream().flatMap(List::stream).toList();
    }

    /**
     * Why steps may be slower than expected with this layout, in sentences.
     *
     * @param process what the system tells of this process, as a folder ({@code /proc/self})
     */
    List<String> warnings(TeamLayout layout, Path process) {
        return Stream.of(crowding(layout), idleness(layout), remoteMemory(layout, process))
                .flatMap(warnings -> warnings)
                .toList();
    }

    /** Cores without a worker because shards have equal numbers of them. */
    private Stream<String> idleness(TeamLayout layout) {
        int cores = allowed.workers(together(layout.cpus()));
        int idle = cores - layout.workers();
        return layout.workers() == fewest(layout.cpus()) * layout.shards() && idle >= layout.shards()
                ? Stream.of(idle + " of " + cores
                        + " cores have no worker, because shards get as many workers as the smallest"
                        + " has cores: use fewer shards, or lists of CPUs of the same length")
                : Stream.empty();
    }

    /** Shards with more workers than cores, although there are enough cores for all workers. */
    private Stream<String> crowding(TeamLayout layout) {
        List<Integer> used = together(layout.cpus());
        if (layout.workers() > allowed.workers(used)) {
            return Stream.empty();
        }
        return IntStream.range(0, layout.shards())
                .filter(shard -> layout.workers(shard, layout.workers())
                        > allowed.workers(layout.cpus().get(shard)))
                .mapToObj(shard -> "shard " + shard + " has " + layout.workers(shard, layout.workers())
                        + " workers on " + allowed.workers(layout.cpus().get(shard))
                        + " cores, because shards get equal numbers of workers: use fewer threads, or lists of CPUs of"
                        + " the same length");
    }

    /** Nodes with workers whose memory the process may not use. */
    private Stream<String> remoteMemory(TeamLayout layout, Path process) {
        List<Integer> memory = MemoryBinding.nodes(process);
        if (memory.isEmpty()) {
            return Stream.empty();
        }
        List<Integer> used = together(layout.cpus());
        List<Integer> remote = folders().stream()
                .filter(node -> !Collections.disjoint(read(node.resolve(CPUS)), used))
                .map(Topology::number)
                .filter(node -> !memory.contains(node))
                .toList();
        return remote.isEmpty()
                ? Stream.empty()
                : Stream.of(
                        "workers on the memory nodes " + remote + " read from other nodes, because the process may use"
                                + " memory of the nodes " + memory + " only: give it the CPUs of the same nodes");
    }

    private List<List<Integer>> shards(EngineOptions options) {
        List<List<Integer>> lists = options.cpus().stream().map(this::given).toList();
        if (lists.size() > 1) {
            return lists;
        }
        Topology some = lists.isEmpty() ? this : new Topology(system, allowed.only(lists.getFirst()));
        List<List<Integer>> nodes = some.nodes();
        if (options.shards() == 0) {
            boolean few = options.threads() > 0 && options.threads() < nodes.size();
            return few ? some.pieces(1) : nodes;
        }
        return options.shards() == nodes.size() ? nodes : some.pieces(options.shards());
    }

    /** CPUs for shards that don't correspond to nodes: runs of neighbouring cores, each with all its CPUs. */
    private List<List<Integer>> pieces(int shards) {
        List<List<Integer>> cores = nodes().stream()
                .flatMap(node -> allowed.only(node).cores().stream())
                .toList();
        return IntStream.range(0, shards)
                .mapToObj(shard -> cores.subList(
                        Step.share(shard, shards, cores.size()), Step.share(shard + 1, shards, cores.size())))
                .map(own -> new Cpus(own, allowed.available()).cpus())
                .toList();
    }

    private List<Integer> given(String list) {
        List<Integer> cpus;
        try {
            cpus = Cpus.parse(list);
        } catch (NumberFormatException bad) {
            throw new IllegalArgumentException("cpus must be lists such as 0-3,8, not " + list, bad);
        }
        if (!allowed.cpus().containsAll(cpus)) {
            throw new IllegalArgumentException(
                    "cpus must be among those that the process may use, " + allowed.cpus() + ", not " + list);
        }
        return allowed.of(cpus);
    }
}

package io.baseload.engine.parallel;

import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.platform.MemoryBinding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sockets, NUMA nodes, last-level caches and their CPUs, described by the system in a folder ({@code /sys/devices/system}).
 *
 * @param allowed CPUs that this process may use
 */
record Topology(Path system, Cpus allowed) {
    static final Path SYSTEM = Path.of("/sys/devices/system");
    private static final String CPUS = "cpulist";

    static Topology ofThisMachine() {
        return new Topology(SYSTEM, Cpus.allowed());
    }

    /** CPUs of each node that the process may use; one list of all if the system has no nodes. CPUs of a node without memory count to the nearest one that has some. */
    List<List<Integer>> nodes() {
        List<List<Integer>> nodes = homes().stream()
                .map(allowed::of)
                .filter(cpus -> !cpus.isEmpty())
                .toList();
        return nodes.isEmpty() ? List.of(allowed.cpus()) : nodes;
    }

    /** CPUs of each node with memory, whether the process may use them or not. */
    private List<List<Integer>> homes() {
        List<Path> folders = folders();
        SortedMap<Integer, List<Integer>> homes = new TreeMap<>();
        for (Path node : folders) {
            homes.computeIfAbsent(home(node, folders), key -> new ArrayList<>()).addAll(read(node.resolve(CPUS)));
        }
        return homes.values().stream().filter(cpus -> !cpus.isEmpty()).toList();
    }

    /** Whether CPUs are all on one of several nodes. Nodes without CPUs don't count: a file that is read isn't placed there. */
    private boolean isConfined(List<Integer> cpus) {
        List<List<Integer>> homes = homes();
        return homes.size() > 1 && !cpus.isEmpty() && homes.stream().anyMatch(node -> node.containsAll(cpus));
    }

    /** The number of the node whose memory is the nearest to a node's CPUs: its own, unless it has none, because the slots of a socket are empty, for example. */
    private int home(Path node, List<Path> all) {
        int own = number(node);
        Path list = system.resolve("node/has_memory");
        List<Integer> memory = Files.isReadable(list) ? read(list) : List.of();
        if (memory.isEmpty() || memory.contains(own)) {
            return own;
        }
        List<Integer> distances = distances(node);
        return IntStream.range(0, Math.min(all.size(), distances.size()))
                .boxed()
                .sorted(Comparator.comparing(distances::get))
                .map(i -> number(all.get(i)))
                .filter(memory::contains)
                .findFirst()
                .orElse(own);
    }

    /** The distances of a node's CPUs from all nodes, in the order of their numbers. */
    private static List<Integer> distances(Path node) {
        try {
            String numbers = Files.readString(node.resolve("distance")).strip();
            return Stream.of(numbers.split("\\s+")).map(Integer::valueOf).toList();
        } catch (IOException unknown) {
            return List.of();
        }
    }

    /** As {@link TeamLayout#levels}. A cache usually belongs to a part of a node; with sub-NUMA clusters it spans several. */
    List<List<List<Integer>>> levels() {
        return Stream.of(sharing("topology/package_cpus_list"), nodes(), sharing("cache/index3/shared_cpu_list"))
                .filter(level -> level.size() > 1)
                .sorted(Comparator.comparingInt(List::size))
                .distinct()
                .toList();
    }

    /**
     * Lists of CPUs that share something: a socket, a third-level cache.
     *
     * @param file of each CPU, with its list; if there is none for any, the result is empty
     */
    private List<List<Integer>> sharing(String file) {
        List<List<Integer>> lists = new ArrayList<>();
        for (int cpu : allowed.cpus()) {
            Path list = system.resolve("cpu/cpu" + cpu).resolve(file);
            if (lists.stream().noneMatch(known -> known.contains(cpu)) && Files.isReadable(list)) {
                lists.add(allowed.of(read(list)));
            }
        }
        return lists;
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
        List<List<Integer>> nodes = several(nodes());
        List<List<Integer>> spread = IntStream.range(0, shards.size())
                .mapToObj(shard -> spread(shards.get(shard), TeamLayout.workers(shard, workers, shards.size()), nodes))
                .toList();
        return new TeamLayout(workers, spread, nodes, levels(), isConfined(together(shards)));
    }

    /** The CPUs of a shard, first those for its workers: if it has several nodes and more cores than workers, evenly spread ones, so that there are workers on all nodes and memory of each near them. */
    private List<Integer> spread(List<Integer> own, int workers, List<List<Integer>> nodes) {
        List<List<Integer>> parts = nodes.stream()
                .map(node -> own.stream().filter(node::contains).toList())
                .filter(part -> !part.isEmpty())
                .toList();
        List<Integer> cores = parts.stream()
                .flatMap(part -> part.stream().limit(allowed.only(part).cores().size()))
                .toList();
        if (parts.size() < 2 || workers >= cores.size()) {
            return own;
        }
        List<Integer> first = IntStream.range(0, workers)
                .mapToObj(worker -> cores.get(Step.share(worker, workers, cores.size())))
                .toList();
        Stream<Integer> others = own.stream().filter(cpu -> !first.contains(cpu));
        return Stream.concat(first.stream(), others).toList();
    }

    /** None if there is only one. */
    private static <T> List<T> several(List<T> all) {
        return all.size() > 1 ? all : List.of();
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
        List<Path> folders = folders();
        List<Integer> remote = folders.stream()
                .filter(node -> !Collections.disjoint(read(node.resolve(CPUS)), used))
                .map(node -> home(node, folders))
                .filter(node -> !memory.contains(node))
                .distinct()
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
            int workers = options.threads() > 0 ? options.threads() : some.allowed.workers(together(nodes));
            return workers < nodes.size() ? some.pieces(1) : nodes;
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

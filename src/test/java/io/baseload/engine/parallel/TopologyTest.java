package io.baseload.engine.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.baseload.engine.api.EngineOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Machines as folders. */
class TopologyTest {
    @TempDir
    Path system;

    private void nodes(String... lists) throws IOException {
        for (int i = 0; i < lists.length; i++) {
            node(i, lists[i]);
        }
    }

    private Path node(int number, String cpus) throws IOException {
        Path node = Files.createDirectories(system.resolve("node/node" + number));
        Files.writeString(node.resolve("cpulist"), cpus + "\n");
        return node;
    }

    private void memory(String nodes) throws IOException {
        Files.writeString(system.resolve("node/has_memory"), nodes + "\n");
    }

    private void distances(int node, String distances) throws IOException {
        Files.writeString(system.resolve("node/node" + node + "/distance"), distances + "\n");
    }

    /** A machine whose cores have one CPU each. */
    private Topology allowing(Integer... cpus) {
        return new Topology(system, new Cpus(Stream.of(cpus).map(List::of).toList(), cpus.length));
    }

    /** A machine whose core n has the CPUs n and n + cores, which is Linux's usual numbering. */
    private Topology hyperthreaded(int cores) {
        return new Topology(
                system,
                new Cpus(
                        IntStream.range(0, cores)
                                .mapToObj(core -> List.of(core, core + cores))
                                .toList(),
                        2 * cores));
    }

    private static EngineOptions options(int threads, int shards, String... cpus) {
        return new EngineOptions(threads, true, shards, List.of(cpus));
    }

    @Test
    void aShardIsANode() throws IOException {
        nodes("0-1", "2-3", "", "4,5");
        TeamLayout layout = allowing(0, 1, 2, 3, 4, 5).layout(options(0, 0));
        assertThat(layout.cpus()).containsExactly(List.of(0, 1), List.of(2, 3), List.of(4, 5));
        assertThat(layout.workers()).isEqualTo(6);
    }

    @Test
    void twelveNodesStandInTheirOrder() throws IOException {
        nodes(IntStream.range(0, 12).mapToObj(String::valueOf).toArray(String[]::new));
        Integer[] cpus = IntStream.range(0, 12).boxed().toArray(Integer[]::new);
        assertThat(allowing(cpus).nodes().get(10)).containsExactly(10);
    }

    @Test
    void nodesThatTheProcessMayNotUseAreNoShards() throws IOException {
        nodes("0-3", "4-7", "8-11");
        assertThat(allowing(2, 3, 8).layout(options(0, 0)).cpus()).containsExactly(List.of(2, 3), List.of(8));
        assertThat(allowing(5, 6).layout(options(0, 0)).cpus()).containsExactly(List.of(5, 6));
    }

    /** As on a machine with memory of its graphics cards, or with memory behind CXL. */
    @Test
    void nodesMayHaveAnyNumbersAndMemoryWithoutCpus() throws IOException {
        node(0, "0-1");
        node(8, "4-5");
        node(252, "");
        node(255, "");
        memory("0,8,252,255");
        assertThat(allowing(0, 1, 4, 5).layout(options(0, 0)).cpus()).containsExactly(List.of(0, 1), List.of(4, 5));
    }

    /** A shard of it would read the memory of another, which would then have to serve two. */
    @Test
    void cpusOfANodeWithoutMemoryBelongToTheNearestWithSome() throws IOException {
        node(0, "0-1");
        node(2, "2-3");
        node(3, "4-5");
        node(5, "");
        memory("0,2,5");
        distances(3, "32 21 10 40");
        Topology three = allowing(0, 1, 2, 3, 4, 5);
        assertThat(three.layout(options(0, 0)).cpus()).containsExactly(List.of(0, 1), List.of(2, 3, 4, 5));
        distances(3, "21 32 10 40");
        assertThat(three.layout(options(0, 0)).cpus()).containsExactly(List.of(0, 1, 4, 5), List.of(2, 3));
        process("0,2,5", "default");
        assertThat(three.warnings(three.layout(options(6, 0)), system))
                .containsExactly("shard 1 has 3 workers on 2 cores, because shards get equal numbers of workers: use"
                        + " fewer threads, or lists of CPUs of the same length");
        memory("0,2-3,5");
        assertThat(three.layout(options(0, 0)).cpus()).containsExactly(List.of(0, 1), List.of(2, 3), List.of(4, 5));
    }

    /** Each shard needs a worker, so more shards would have the quota stop the process all the time. */
    @Test
    void aCpuQuotaBelowTheNumberOfNodesLeavesOneShard() throws IOException {
        nodes("0-1", "2-3", "4-5", "6-7");
        List<List<Integer>> cores = IntStream.range(0, 8).mapToObj(List::of).toList();
        TeamLayout two = new Topology(system, new Cpus(cores, 2)).layout(options(0, 0));
        assertThat(two.shards()).isOne();
        assertThat(two.workers()).isEqualTo(2);
        TeamLayout four = new Topology(system, new Cpus(cores, 4)).layout(options(0, 0));
        assertThat(four.shards()).isEqualTo(4);
        assertThat(four.workers()).isEqualTo(4);
        assertThat(new Topology(system, new Cpus(cores, 2))
                        .layout(options(0, 4))
                        .workers())
                .as("as the user wants")
                .isEqualTo(4);
    }

    @Test
    void withoutNodesThereIsOneShard() {
        assertThat(allowing(0, 1).layout(options(0, 0))).isEqualTo(new TeamLayout(2, List.of(List.of(0, 1))));
    }

    @Test
    void onlyTheFirstCpuOfEachCoreHasAWorker() throws IOException {
        nodes("0-1,4-5", "2-3,6-7");
        Topology topology = hyperthreaded(4);
        TeamLayout layout = topology.layout(options(0, 0));
        assertThat(layout.cpus()).containsExactly(List.of(0, 1, 4, 5), List.of(2, 3, 6, 7));
        assertThat(layout.workers()).isEqualTo(4);
        assertThat(topology.layout(options(0, 0, "0,4")).workers()).isEqualTo(1);
    }

    /** The smallest would otherwise be crowded, and the others would wait for it anyway. */
    @Test
    void unequalShardsGetAsManyWorkersAsTheSmallestHasCores() throws IOException {
        nodes("0-7", "8-9");
        Topology unequal = allowing(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        TeamLayout layout = unequal.layout(options(0, 0));
        assertThat(workers(layout)).containsExactly(0, 8, 1, 9);
        assertThat(unequal.layout(options(0, 1)).workers()).isEqualTo(10);
        assertThat(unequal.layout(options(0, 0, "0-3", "4", "8-9")).workers()).isEqualTo(3);
        assertThat(unequal.warnings(layout, system))
                .containsExactly("6 of 10 cores have no worker, because shards get as many workers as the smallest has"
                        + " cores: use fewer shards, or lists of CPUs of the same length");
        assertThat(unequal.layout(options(0, 0, "0-3", "0-3")).workers())
                .as("one for each core")
                .isEqualTo(4);
        assertThat(unequal.warnings(unequal.layout(options(10, 0)), system))
                .containsExactly("shard 1 has 5 workers on 2 cores, because shards get equal numbers of workers: use"
                        + " fewer threads, or lists of CPUs of the same length");
        assertThat(unequal.warnings(unequal.layout(options(20, 0)), system))
                .as("more than there are cores, as the user wants")
                .isEmpty();
    }

    private void process(String cpuset, String policy) throws IOException {
        Files.writeString(
                system.resolve("status"), "Name:\tjava\nMems_allowed:\t3\nMems_allowed_list:\t" + cpuset + "\n");
        Files.writeString(
                system.resolve("numa_maps"),
                "55d8f8400000 " + policy + " file=/usr/bin/java mapped=1 N0=1\n7f00aa000000 bind:7 anon=1\n");
    }

    @Test
    void warnsOfWorkersWhoseNodesMemoryIsForbidden() throws IOException {
        nodes("0-1", "2-3", "4-5");
        Topology three = allowing(0, 1, 2, 3, 4, 5);
        TeamLayout layout = three.layout(options(0, 0));
        for (String free : new String[] {"default", "interleave:0-1", "prefer:0"}) {
            process("0-2", free);
            assertThat(three.warnings(layout, system)).isEmpty();
        }
        process("0,2", "default");
        assertThat(three.warnings(layout, system))
                .containsExactly("workers on the memory nodes [1] read from other nodes, because the process may use"
                        + " memory of the nodes [0, 2] only: give it the CPUs of the same nodes");
        assertThat(three.warnings(three.layout(options(0, 0, "0-1", "4-5")), system))
                .isEmpty();
        for (String bound : new String[] {"bind:0", "bind=static:0"}) {
            process("0-2", bound);
            assertThat(three.warnings(layout, system))
                    .containsExactly("workers on the memory nodes [1, 2] read from other nodes, because the process may"
                            + " use memory of the nodes [0] only: give it the CPUs of the same nodes");
        }
    }

    /** The CPUs of the workers, one after the other. */
    private static List<Integer> workers(TeamLayout layout) {
        return IntStream.range(0, layout.workers()).map(layout::cpu).boxed().toList();
    }

    @Test
    void anyNumberOfShardsUsesAllCores() throws IOException {
        nodes("0-3,8-11", "4-7,12-15");
        Topology two = hyperthreaded(8);
        assertThat(workers(two.layout(options(0, 1)))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(workers(two.layout(options(0, 2)))).containsExactly(0, 4, 1, 5, 2, 6, 3, 7);
        TeamLayout four = two.layout(options(0, 4));
        assertThat(four.cpus())
                .containsExactly(
                        List.of(0, 1, 8, 9), List.of(2, 3, 10, 11), List.of(4, 5, 12, 13), List.of(6, 7, 14, 15));
        assertThat(workers(four)).containsExactly(0, 2, 4, 6, 1, 3, 5, 7);
    }

    @Test
    void fewWorkersOfAShardAreOnAllItsNodes() throws IOException {
        nodes("0,2,4,6,8,10,12,14", "1,3,5,7,9,11,13,15");
        Topology two = hyperthreaded(8);
        assertThat(workers(two.layout(options(4, 1)))).containsExactly(0, 4, 1, 5);
        assertThat(workers(two.layout(options(4, 0, "0-7", "8-15")))).containsExactly(0, 8, 1, 9);
        assertThat(workers(two.layout(options(4, 2)))).as("a node each").containsExactly(0, 1, 2, 3);
        assertThat(two.layout(options(4, 1)).cpus().getFirst()).hasSize(16).doesNotHaveDuplicates();
    }

    @Test
    void shardsOfOneNodeDontShareCores() {
        assertThat(hyperthreaded(4).layout(options(0, 2)).cpus())
                .containsExactly(List.of(0, 1, 4, 5), List.of(2, 3, 6, 7));
    }

    @Test
    void piecesFollowNodesWhoseCpusAlternate() throws IOException {
        nodes("0,2,4,6", "1,3,5,7");
        assertThat(hyperthreaded(4).layout(options(0, 4)).cpus())
                .containsExactly(List.of(0, 4), List.of(2, 6), List.of(1, 5), List.of(3, 7));
    }

    @Test
    void aCoreCountsByAnyOfItsCpus() {
        assertThat(hyperthreaded(4).layout(options(0, 0, "4-7")).workers()).isEqualTo(4);
        var pairs = new Cpus(List.of(List.of(0, 1), List.of(2, 3), List.of(4, 5), List.of(6, 7)), 8);
        TeamLayout layout = new Topology(system, pairs).layout(options(0, 0, "1-7"));
        assertThat(workers(layout)).containsExactly(1, 2, 4, 6);
    }

    @Test
    void theNumberOfShardsMayBeGiven() throws IOException {
        nodes("0-3");
        assertThat(allowing(0, 1, 2, 3).layout(options(0, 2)).cpus()).containsExactly(List.of(0, 1), List.of(2, 3));
        assertThat(allowing(0, 1, 2, 3).layout(options(0, 1)).cpus()).containsExactly(List.of(0, 1, 2, 3));
        assertThat(allowing(0).layout(options(0, 2))).isEqualTo(new TeamLayout(2, List.of(List.of(), List.of(0))));
    }

    @Test
    void theCpusMayBeGiven() throws IOException {
        nodes("0-3", "4-7");
        Topology topology = allowing(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(topology.layout(options(0, 0, "0-1", "2,6")).cpus()).containsExactly(List.of(0, 1), List.of(2, 6));
        assertThat(topology.layout(options(0, 0, "1,2,5")).cpus()).containsExactly(List.of(1, 2), List.of(5));
        assertThat(topology.layout(options(0, 1, "1,2,5")).cpus()).containsExactly(List.of(1, 2, 5));
    }

    @Test
    void oneThreadIsOneShard() throws IOException {
        nodes("0-3", "4-7");
        assertThat(allowing(0, 1, 2, 3, 4, 5, 6, 7).layout(options(1, 0)).shards())
                .isOne();
    }

    private void caches(String... lists) throws IOException {
        for (String list : lists) {
            for (int cpu : Cpus.parse(list)) {
                Path cache = Files.createDirectories(system.resolve("cpu/cpu" + cpu + "/cache/index3"));
                Files.writeString(cache.resolve("shared_cpu_list"), list + "\n");
            }
        }
    }

    private Group everyone(TeamLayout layout) {
        return Group.of(layout, IntStream.range(0, layout.workers()).boxed().toList());
    }

    /** As first of each group those who stand for it. */
    private static String shape(Group group) {
        return group.parts().isEmpty()
                ? group.workers().toString()
                : group.parts().stream().map(TopologyTest::shape).collect(Collectors.joining(" ", "(", ")"));
    }

    @Test
    void workersMeetByCacheThenByNode() throws IOException {
        nodes("0-3", "4-7");
        caches("0-1", "2-3", "4-5", "6-7");
        Topology topology = allowing(0, 1, 2, 3, 4, 5, 6, 7);
        TeamLayout one = topology.layout(options(0, 1));
        assertThat(shape(everyone(one))).isEqualTo("(([0, 1] [2, 3]) ([4, 5] [6, 7]))");
        TeamLayout two = topology.layout(options(0, 0));
        assertThat(shape(everyone(two))).isEqualTo("(([0, 2] [4, 6]) ([1, 3] [5, 7]))");
        assertThat(shape(Group.of(two, List.of(1, 3, 5, 7)))).isEqualTo("([1, 3] [5, 7])");
    }

    private void sockets(String... lists) throws IOException {
        for (String list : lists) {
            for (int cpu : Cpus.parse(list)) {
                Path folder = Files.createDirectories(system.resolve("cpu/cpu" + cpu + "/topology"));
                Files.writeString(folder.resolve("package_cpus_list"), list + "\n");
            }
        }
    }

    /** Two sockets with a cache each and three nodes each. */
    private Topology clusters() throws IOException {
        nodes("0-1", "2-3", "4-5", "6-7", "8-9", "10-11");
        caches("0-5", "6-11");
        sockets("0-5", "6-11");
        return allowing(IntStream.range(0, 12).boxed().toArray(Integer[]::new));
    }

    @Test
    void workersOfSubNumaClustersMeetByNodeThenBySocket() throws IOException {
        Topology clusters = clusters();
        assertThat(clusters.layout(options(0, 0)).shards()).isEqualTo(6);
        assertThat(shape(everyone(clusters.layout(options(0, 1)))))
                .isEqualTo("(([0, 1] [2, 3] [4, 5]) ([6, 7] [8, 9] [10, 11]))");
    }

    @Test
    void workersOfNodesInSocketsMeetByCacheThenByNodeThenBySocket() throws IOException {
        nodes("0-3", "4-7", "8-11", "12-15");
        caches("0-1", "2-3", "4-5", "6-7", "8-9", "10-11", "12-13", "14-15");
        sockets("0-7", "8-15");
        Topology parts = allowing(IntStream.range(0, 16).boxed().toArray(Integer[]::new));
        assertThat(shape(everyone(parts.layout(options(0, 1)))))
                .isEqualTo("((([0, 1] [2, 3]) ([4, 5] [6, 7])) (([8, 9] [10, 11]) ([12, 13] [14, 15])))");
    }

    /** A thread on each of them touches the shares of its workers first. */
    @Test
    void aShardOfSeveralNodesHasMemoryOnAllOfThem() throws IOException {
        TeamLayout two = clusters().layout(options(0, 2));
        assertThat(IntStream.range(0, 12).mapToObj(two::near))
                .containsExactly(
                        List.of(0, 1), List.of(6, 7),
                        List.of(0, 1), List.of(6, 7),
                        List.of(2, 3), List.of(8, 9),
                        List.of(2, 3), List.of(8, 9),
                        List.of(4, 5), List.of(10, 11),
                        List.of(4, 5), List.of(10, 11));
        try (var threads = new NodeThreads(two)) {
            List<Executor> first = threads.executors().getFirst();
            assertThat(first)
                    .containsExactly(
                            first.get(0), first.get(0), first.get(2), first.get(2), first.get(4), first.get(4));
            assertThat(threads.executors().stream().flatMap(List::stream).distinct())
                    .hasSize(6);
        }
        TeamLayout each = clusters().layout(options(0, 0));
        assertThat(IntStream.range(0, 12).mapToObj(each::near).distinct().toList())
                .isEqualTo(each.cpus());
        TeamLayout unknown = TeamLayout.unbound(4, 2);
        assertThat(IntStream.range(0, 4).mapToObj(unknown::near)).containsOnly(List.of());
    }

    /** Whatever the shards are, since plans count the bandwidth of these nodes. */
    @Test
    void nodesWithoutWorkersDontCount() throws IOException {
        Topology six = clusters();
        assertThat(six.layout(options(0, 0)).occupiedNodes()).isEqualTo(6);
        assertThat(six.layout(options(0, 2)).occupiedNodes()).isEqualTo(6);
        assertThat(six.layout(options(0, 1)).occupiedNodes()).isEqualTo(6);
        assertThat(six.layout(options(3, 1)).occupiedNodes()).isEqualTo(3);
        assertThat(six.layout(options(0, 0, "0-1", "2-5")).occupiedNodes()).isEqualTo(3);
        assertThat(six.layout(options(0, 0, "0-1")).occupiedNodes()).isEqualTo(1);
        assertThat(six.layout(options(0, 0)).merged(3).occupiedNodes()).isEqualTo(6);
        assertThat(TeamLayout.unbound(4, 2).occupiedNodes()).isEqualTo(1);
    }

    @Test
    void fewWorkersThatAreAllFarOrAllNearMeetAtOnePlace() throws IOException {
        nodes("0-3", "4-7");
        caches("0-3", "4-7");
        Topology topology = allowing(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(shape(everyone(topology.layout(options(2, 2))))).isEqualTo("[0, 1]");
        assertThat(topology.levels()).hasSize(1);
        Topology half = allowing(0, 1, 2, 3);
        assertThat(half.levels()).isEmpty();
        assertThat(shape(everyone(half.layout(options(0, 0))))).isEqualTo("[0, 1, 2, 3]");
    }

    @Test
    void manyOfOneCacheMeetInPieces() throws IOException {
        Integer[] cpus = IntStream.range(0, 20).boxed().toArray(Integer[]::new);
        caches("0-19");
        assertThat(everyone(allowing(cpus).layout(options(0, 0))).parts())
                .extracting(part -> part.workers().size())
                .containsExactly(6, 7, 7);
    }

    /** How many counters' moves from core to core stand behind each other. */
    private static int moves(Group group) {
        return group.coming().length
                + group.parts().stream().mapToInt(TopologyTest::moves).max().orElse(0);
    }

    @Test
    void aTreeOf256WorkersIsShallow() throws IOException {
        String[] four = new String[4];
        String[] thirtyTwo = new String[32];
        for (int i = 0; i < 32; i++) {
            four[i / 8] = (i / 8 * 64) + "-" + (i / 8 * 64 + 63);
            thirtyTwo[i] = 8 * i + "-" + (8 * i + 7);
        }
        nodes(four);
        caches(thirtyTwo);
        Integer[] cpus = IntStream.range(0, 256).boxed().toArray(Integer[]::new);
        assertThat(moves(everyone(allowing(cpus).layout(options(0, 0))))).isEqualTo(8 + 8 + 4);
    }

    /** The numbers that plans count with, {@code MachineProfile.moves}. */
    @ParameterizedTest
    @CsvSource({"1, 1", "8, 8", "12, 10", "32, 12", "64, 16", "128, 24"})
    void theTreeOfASocketWithEightCoresACacheHasThePlansMoves(int cores, int moves) throws IOException {
        nodes("0-" + (cores - 1));
        for (int first = 0; first < cores; first += 8) {
            caches(first + "-" + (Math.min(cores, first + 8) - 1));
        }
        Integer[] cpus = IntStream.range(0, cores).boxed().toArray(Integer[]::new);
        assertThat(moves(everyone(allowing(cpus).layout(options(0, 0))))).isEqualTo(moves);
    }

    @Test
    void refusesImpossibleLayouts() {
        Topology topology = allowing(0, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> topology.layout(options(1, 2)))
                .withMessage("1 workers are too few for 2 shards: each needs one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> topology.layout(options(0, 0, "0,7")))
                .withMessage("cpus must be among those that the process may use, [0, 1], not 0,7");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> topology.layout(options(0, 0, "all")))
                .withMessage("cpus must be lists such as 0-3,8, not all");
        for (String bad : List.of("1-0", "0-1-1", "0-2000000000", "-1", "0,")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> topology.layout(options(0, 0, bad)))
                    .withMessage("cpus must be lists such as 0-3,8, not " + bad);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options(0, 3, "0", "1"))
                .withMessage("cpus must be one list, or one for each of 3 shards, not 2");
    }

    /** A shard of a model that is cut into half as many keeps each worker on its CPU and its node. */
    @Test
    void mergedShardsKeepTheirWorkersWhereTheyAre() throws IOException {
        nodes("0-1", "2-3", "4-5", "6-7");
        TeamLayout four = allowing(0, 1, 2, 3, 4, 5, 6, 7).layout(new EngineOptions(0, true, 4, List.of()));
        TeamLayout two = four.merged(2);
        assertThat(two.workers()).isEqualTo(8);
        assertThat(two.cpus()).isEqualTo(List.of(List.of(0, 4, 1, 5), List.of(2, 6, 3, 7)));
        for (int worker = 0; worker < 8; worker++) {
            assertThat(two.cpu(worker)).isEqualTo(four.cpu(worker));
            assertThat(two.near(worker)).isEqualTo(four.near(worker));
        }
        assertThat(four.merged(4)).isEqualTo(four);
        assertThat(TeamLayout.unbound(4, 4).merged(2)).isEqualTo(TeamLayout.unbound(4, 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> four.merged(3))
                .withMessage("4 shards can't be merged into 3");
    }

    /** Two hardware threads of each core and one worker: the CPUs of workers come first. */
    @Test
    void mergedShardsAlsoHaveTheCpusWithoutWorkers() throws IOException {
        nodes("0-1,4-5", "2-3,6-7");
        TeamLayout one = hyperthreaded(4)
                .layout(new EngineOptions(0, true, 2, List.of()))
                .merged(1);
        assertThat(one.cpus().getFirst().subList(0, 4)).containsExactly(0, 2, 1, 3);
        assertThat(one.cpus().getFirst()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
    }
}

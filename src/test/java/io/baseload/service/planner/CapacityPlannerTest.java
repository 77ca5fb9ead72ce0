package io.baseload.service.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.MachineRates;
import io.baseload.engine.api.MachineRates.KernelRates;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.MemoryOutline;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.api.ModelOutline.Layers;
import io.baseload.engine.api.ModelOutline.Matrices;
import io.baseload.engine.api.ModelOutline.Use;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.ShardOutline;
import io.baseload.engine.kernel.Kernels;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The arithmetic, with numbers that were computed by hand. */
class CapacityPlannerTest {
    private static final Offset<Double> EXACT = within(1e-12);

    /** A million weights of two bytes that all rows go through, and four experts of 100,000, of which a row goes to one. Two heads with 50 + 50 numbers of keys and values, F32. */
    private static final ModelOutline MODEL = model(new Layers(1, 0));

    static final MachineRates RATES = new MachineRates(
            4, 1e9, 1e-6, 3e-6, 1e9, 2e9, Map.of("bf16", rates(1e9, 2e9, 2e9, 2e9), "i8", rates(1e9, 1e9, 1e9, 1e9)));

    static final long MEMORY = 10_000_000;

    private static final Planner.Options FAST = new Planner.Options(Quantization.KEEP, KvPrecision.F16, Precision.FAST);

    static final KernelTiers TIERS = new KernelTiers("int8, fast", "int8, faster");

    private static ModelOutline model(Layers... layers) {
        return new ModelOutline(
                "llama",
                "",
                4096,
                1000,
                List.of(layers),
                1000,
                2,
                2,
                50,
                50,
                false,
                4,
                1,
                List.of(
                        new Matrices(Use.LOOKED_UP, false, "bf16", 1, "none", 1, 1000, 1000, 2_000_000, 0),
                        new Matrices(Use.SHARED, false, "bf16", 1, "none", 1, 1000, 1000, 2_000_000, 0),
                        new Matrices(Use.EXPERT, false, "i8", 32, "f16", 4, 100, 1000, 400_000, 25_000)),
                4000,
                800,
                800,
                512,
                6,
                2);
    }

    static KernelRates rates(double... decode) {
        return new KernelRates(Arrays.stream(decode).boxed().toList(), 4e9);
    }

    static CapacityPlan plan(MachineProfile machine, int batch, int context) {
        return plan(machine, cut(machine.sockets()), batch, context);
    }

    static CapacityPlan plan(MachineProfile machine, ShardOutline cut, int batch, int context) {
        return plan(machine, cut, new PlanRequest(batch, context, 512, 100, OptionalDouble.of(3.6)));
    }

    static CapacityPlan plan(MachineProfile machine, ShardOutline cut, PlanRequest request) {
        return CapacityPlanner.plan("m", FAST, MODEL, cut, memory(cut), machine, request);
    }

    /** In equal parts, nothing is replicated. */
    static ShardOutline cut(int shards) {
        return cut(Collections.nCopies(shards, 4_425_000L / shards).toArray(Long[]::new));
    }

    /** Both KV heads are in one shard, or each shard has one. */
    static ShardOutline cut(Long... bytes) {
        return cut(List.of(bytes), Collections.nCopies(bytes.length, bytes.length == 1 ? 800L : 400L));
    }

    static ShardOutline cut(List<Long> bytes, List<Long> kv) {
        return cut(bytes, kv, Collections.nCopies(bytes.size(), Math.ceilDiv(2, bytes.size())));
    }

    /** Each shard has as large a part of the experts as of the other matrices. */
    static ShardOutline cut(List<Long> bytes, List<Long> kv, List<Integer> heads) {
        return cut(
                bytes,
                bytes.stream().map(all -> all * 2_000_000 / 4_425_000).toList(),
                bytes.stream().map(all -> all * 425_000 / 4_425_000).toList(),
                kv,
                heads);
    }

    static ShardOutline cut(
            List<Long> bytes, List<Long> shared, List<Long> experts, List<Long> kv, List<Integer> heads) {
        int collectives = bytes.size() == 1 ? 0 : 2;
        return new ShardOutline(
                bytes.size(),
                4_425_000,
                bytes,
                shared,
                experts,
                heads,
                kv,
                kv,
                0,
                0,
                List.of("router"),
                List.of(),
                collectives,
                Optional.empty());
    }

    private static MemoryOutline memory(ShardOutline cut) {
        return (sequences, context) -> cut.kvBytesPerToken().stream()
                .map(kv -> new MemoryEstimate(0, kv * sequences * context, 1000, 100L * sequences))
                .toList();
    }

    static MachineProfile sockets(int sockets) {
        return new MachineProfile("m", false, sockets, sockets, 1e9, 5e-6, TIERS, MEMORY, RATES);
    }

    static MachineProfile measured(MachineRates rates) {
        return MachineProfile.of(rates, 1, 1, MEMORY, TIERS);
    }

    @Test
    void aStepReadsAndMultipliesAndWaits() {
        CapacityPlan plan = plan(sockets(1), 1, 100);
        StepTime step = plan.step();
        assertThat(step.readWeights()).isEqualTo(2_106_250 / 1e9, EXACT); // a quarter of the experts
        assertThat(step.readKv()).isEqualTo(80_000 / 1e9, EXACT);
        assertThat(step.multiply()).isEqualTo(1_100_000 / 1e9, EXACT);
        assertThat(step.attend()).isEqualTo(20_000 / 1e9, EXACT); // 2 heads, 100 numbers each, 100 tokens
        assertThat(step.barriers()).isEqualTo(6e-6 + 2 * 3e-6, EXACT); // and all meet at its beginning and its end
        assertThat(step.collectives()).isZero();
        assertThat(step.seconds()).isEqualTo(2.18625e-3 + 12e-6, EXACT);
        assertThat(plan.decodeTokensPerSecond()).isEqualTo(1 / (2.18625e-3 + 12e-6), within(1e-9));
        assertThat(plan.stepReadBytes()).isEqualTo(2_186_250);
        assertThat(plan.bottleneck()).isEqualTo("memory bandwidth (weights)");
        assertThat(plan.nextBottleneck()).isEqualTo("kernel rate");
        assertThat(plan.standing()).isEqualTo("estimates for the present program");
        assertThat(plan.decodeCost()).hasValueCloseTo(1e-3 * 1e6 / plan.decodeTokensPerSecond(), within(1e-9));
    }

    /** A kernel may read memory more slowly than it multiplies, and more slowly than the memory can be read. */
    @Test
    void weightsInMemoryAreReadAtTheKernelsOwnRate() {
        var streaming = new KernelRates(List.of(1e9, 2e9, 2e9, 2e9), List.of(2.5e8, 5e8, 5e8, 5e8), 4e9);
        var rates = new MachineRates(
                4, 1e9, 1e-6, 3e-6, 1e9, 2e9, Map.of("bf16", streaming, "i8", rates(1e9, 1e9, 1e9, 1e9)));
        StepTime step = plan(measured(rates), 1, 100).step();
        assertThat(step.multiply()).isEqualTo(1_100_000 / 1e9, EXACT);
        assertThat(step.linear())
                .isEqualTo(1_000_000 / 2.5e8 + 100_000 / 1e9, EXACT); // in caches, experts aren't limited by memory
        assertThat(plan(measured(rates.part(0.5)), 1, 100).step().linear()).isEqualTo(2 * step.linear(), EXACT);
    }

    /** Slow experts don't hide behind a matrix that waits for memory, because a barrier stands between them. */
    @Test
    void eachMatrixWaitsForItsOwnLimit() {
        var slow = new MachineRates(
                4,
                1e9,
                1e-6,
                3e-6,
                1e9,
                2e9,
                Map.of("bf16", rates(1e9, 2e9, 2e9, 2e9), "i8", rates(1e8, 1e8, 1e8, 1e8)));
        StepTime step = plan(new MachineProfile("m", false, 1, 1, 1e9, 5e-6, TIERS, MEMORY, slow), 1, 100)
                .step();
        assertThat(step.readWeights()).isEqualTo(2_106_250 / 1e9, EXACT);
        assertThat(step.multiply()).isEqualTo(2e-3, EXACT);
        assertThat(step.linear()).isEqualTo(2e-3 + 1e-3, EXACT); // reading one, multiplying the other
        assertThat(step.seconds()).isEqualTo(3e-3 + 80_000 / 1e9 + 12e-6, EXACT);
        assertThat(step.bottleneck()).isEqualTo("memory bandwidth (weights)");
        assertThat(step.next()).isEqualTo("kernel rate");
    }

    @Test
    void theNextBottleneckIsWhatTheFirstOneHid() {
        var multiplying = new StepTime(3, 1, 4, 0.5, 5, 2, 1);
        assertThat(multiplying.bottleneck()).isEqualTo("kernel rate");
        assertThat(multiplying.next()).isEqualTo("memory bandwidth (weights)");
        var waiting = new StepTime(1, 2, 1, 1, 1, 3, 0);
        assertThat(waiting.bottleneck()).isEqualTo("barriers");
        assertThat(waiting.next()).isEqualTo("memory bandwidth (KV cache)");
    }

    /** Three of four layers see 64 tokens, so of 100 tokens a step reads as many as 73 in each layer. The cache has all of them. */
    @Test
    void aWindowHidesTokens() {
        ModelOutline whole = model(new Layers(4, 0));
        ModelOutline windows = model(new Layers(1, 0), new Layers(3, 64));
        double seen = (3 * 64 + 100) / 4.0;
        CapacityPlan all = plan(whole, 2, 100);
        CapacityPlan windowed = plan(windows, 2, 100);
        assertThat(all.step().readKv()).isEqualTo(2 * 100 * 800 / 1e9, EXACT);
        assertThat(windowed.step().readKv()).isEqualTo(2 * seen * 800 / 1e9, EXACT);
        assertThat(windowed.step().attend()).isEqualTo(2 * seen * 4 * 200 / 1e9, EXACT);
        assertThat(all.stepReadBytes() - windowed.stepReadBytes()).isEqualTo(Math.round(2 * (100 - seen) * 800));
        assertThat(windowed.kvBytes()).isEqualTo(all.kvBytes());
        assertThat(plan(windows, 2, 50).step()).isEqualTo(plan(whole, 2, 50).step());
        // 512 rows see 1 + 2 + … + 64 and then 64 each, or 1 + 2 + … + 512
        double rows = 3 * (64 * 65 / 2 + 448 * 64) + 512 * 513 / 2;
        double prefill = 1_100_000 * 512 / 4e9 + rows * 200 / 2e9 + 12e-6;
        assertThat(windowed.prefillTokensPerSecond()).isEqualTo(512 / prefill, within(1e-6));
    }

    private static CapacityPlan plan(ModelOutline model, int batch, int context) {
        return CapacityPlanner.plan(
                "m",
                FAST,
                model,
                cut(1),
                memory(cut(1)),
                measured(RATES),
                new PlanRequest(batch, context, 512, 100, OptionalDouble.empty()));
    }

    @Test
    void rowsShareWhatIsReadAndExpertsAreChosenByMore() {
        StepTime step = plan(measured(RATES), 2, 100).step();
        double chosen = 1 - 0.75 * 0.75;
        assertThat(step.readWeights()).isEqualTo((2_000_000 + chosen * 425_000) / 1e9, EXACT);
        // two rows of the shared matrix take as long as one; of the experts, two rows in all
        assertThat(step.multiply()).isEqualTo((1_000_000 + 2 * 100_000) / 1e9, EXACT);
        assertThat(step.readKv()).isEqualTo(160_000 / 1e9, EXACT);
    }

    @Test
    void moreThanEightRowsAreSeveralPasses() {
        KernelRates rates = rates(1e9, 2e9, 2e9, 4e9);
        assertThat(rates.decodeSeconds(1)).isEqualTo(1e-9, within(1e-21));
        assertThat(rates.decodeSeconds(3)).isEqualTo(1.5e-9, within(1e-21)); // between 1 ns for two and 2 ns for four
        assertThat(rates.decodeSeconds(8)).isEqualTo(2e-9, within(1e-21));
        assertThat(rates.decodeSeconds(17)).isEqualTo(5e-9, within(1e-21));
    }

    @Test
    void weightsAreReadOnceForSixteenRows() {
        assertThat(MachineRates.ROWS_OF_A_PASS).isEqualTo(Kernels.MAX_DECODE_ROWS);
        var decode = List.of(1e9, 2e9, 2e9, 4e9);
        var streamed = List.of(5e8, 1e9, 1.6e9, 2e9);
        var rates = new KernelRates(decode, streamed, 1e9);
        assertThat(rates.streamedSeconds(1)).isEqualTo(2e-9, within(1e-21));
        assertThat(rates.streamedSeconds(8)).isEqualTo(4e-9, within(1e-21));
        assertThat(rates.streamedSeconds(9)).isEqualTo(5e-9, within(1e-21)); // 1 ns more, from cache
        assertThat(rates.streamedSeconds(16)).isEqualTo(6e-9, within(1e-21));
        assertThat(rates.streamedSeconds(17)).isEqualTo(8e-9, within(1e-21));
    }

    @Test
    void socketsShareWeightsAndPayForCollectives() {
        CapacityPlan plan = plan(sockets(4), 1, 100);
        assertThat(plan.standing()).startsWith("planned, with weights cut over the sockets");
        // two sums of 1000 numbers, all of which each link carries, and a quarter of the logits
        double collectives = 2 * (5e-6 + 1000 * 4 / 1e9) + 5e-6 + 1000 * 4 / 4e9;
        assertThat(plan.step().collectives()).isEqualTo(collectives, EXACT);
        // of 8 rows each link carries a quarter, twice
        double shared = 2 * (2 * 5e-6 + 2 * 8 * 1000 * 4 / 4e9) + 5e-6 + 8 * 1000 * 4 / 4e9;
        assertThat(plan(sockets(4), 8, 100).step().collectives()).isEqualTo(shared, EXACT);
        // of two KV heads each of four sockets has one
        assertThat(plan.step().readKv()).isEqualTo(160_000 / 1e9, EXACT);
        assertThat(plan.perSocket()).hasSize(4).allSatisfy(socket -> {
            assertThat(socket.weightsBytes()).isEqualTo(4_425_000 / 4 + 4000);
            assertThat(socket.kvBytes()).isEqualTo(40_000);
            assertThat(socket.memoryBytes()).isEqualTo(2_500_000);
        });
        // sockets meet over the link
        assertThat(plan.step().barriers()).isEqualTo(6e-6 + 2 * (3e-6 + 5e-6), EXACT);
        double one = 4 * 2.18625e-3 + 8 * 1e-6; // one socket has a quarter of everything, and no others to meet
        assertThat(plan.oneSocketTokensPerSecond()).isEqualTo(1 / one, within(1e-9));
        assertThat(plan.decodeTokensPerSecond() / plan.oneSocketTokensPerSecond())
                .isBetween(3.0, 4.0);
    }

    @Test
    void shardsOfOneSocketMeetOnceMoreForEachSum() {
        CapacityPlan plan = plan(measured(RATES), cut(2), 1, 100);
        assertThat(plan.step().barriers()).isEqualTo(6 * 1e-6 + 2 * 3e-6, EXACT);
        assertThat(plan.step().collectives()).isEqualTo(2 * 3e-6, EXACT); // all workers meet
        assertThat(plan.perSocket()).hasSize(1);
        assertThat(plan.standing()).isEqualTo("estimates for the present program");
        assertThat(plan.shards().count()).isEqualTo(2);
        assertThat(plan(measured(RATES), 1, 100).shards().collectivesPerToken()).isZero();
        // whatever the sizes are, all of it is in one memory, norms once for each, and the largest decides
        CapacityPlan uneven = plan(measured(RATES), cut(2_655_000L, 2_212_500L), 1, 100);
        assertThat(uneven.perSocket().getFirst().weightsBytes()).isEqualTo(2_655_000 + 2_212_500 + 2 * 4000);
        assertThat(uneven.step().multiply()).isEqualTo(1.2 * plan.step().multiply(), EXACT);
        // of two KV heads each of three shards has one
        assertThat(plan(measured(RATES), cut(3), 1, 100).kvBytes()).isEqualTo(3 * 40_000);
        assertThat(plan(sockets(1), 1, 100).notes())
                .anySatisfy(note -> assertThat(note).contains("barrier_us", "link_us", "upi"));
        assertThat(plan(sockets(4), cut(2), 1, 100).notes())
                .anyMatch(note -> note.contains("4 equal parts, one for each socket, not of 2 shards"));
    }

    /** Its workers were measured all together, so a part of it is one node, and only what crosses the link is assumed. */
    @Test
    void theNodesOfAMeasuredMachineAreItsSockets() {
        MachineProfile nodes = MachineProfile.of(RATES, 4, 4, MEMORY, TIERS);
        CapacityPlan plan = plan(nodes, 1, 100);
        double collectives = 2 * (3e-6 + 1000 * 4 / 48e9) + 3e-6 + 1000 * 4 / (4 * 48e9);
        assertThat(plan.step().collectives()).isEqualTo(collectives, EXACT);
        assertThat(plan.step().barriers()).isEqualTo(6 * 1e-6 + 2 * 3e-6, EXACT); // the meeting crosses the link
        double one = 4 * (1_100_000 / 1e9 + 80_000 / 1e9) + 8 * 1e-6;
        assertThat(plan.oneSocketTokensPerSecond()).isEqualTo(1 / one, within(1e-9));
        assertThat(plan.perSocket()).hasSize(4).allMatch(node -> node.memoryBytes() == 2_500_000);
        assertThat(plan.measured()).isTrue();
        assertThat(plan.standing())
                .startsWith("estimates for the present program")
                .endsWith("the bandwidth between nodes is assumed");
        assertThat(plan.notes())
                .anyMatch(note -> note.contains("4 memory nodes") && note.contains("48 GB/s is assumed"));
        assertThat(String.join("\n", PlanText.lines(plan))).contains("of one of the 4 memory nodes", "memory node 3");
        assertThat(PlanText.summary(plan)).endsWith("(by rates measured on this machine)");
        // shards of two nodes each: the rates are theirs, whatever crosses between their nodes
        CapacityPlan two = plan(nodes, cut(2), 1, 100);
        assertThat(two.step().collectives()).isEqualTo(2 * 3e-6, EXACT);
        assertThat(two.perSocket()).hasSize(1);
        assertThat(two.sockets()).isEqualTo(4);
        assertThat(two.oneSocketTokensPerSecond()).isEqualTo(1 / one, within(1e-9));
        assertThat(two.standing()).isEqualTo("estimates for the present program");
        assertThat(two.notes()).anyMatch(note -> note.contains("2 shards on all 4 memory nodes"));
    }

    /** One shard on four nodes has its memory on all of them, so its rates aren't those of four nodes. */
    @Test
    void nodesCountIfTheMeasuredShardsAndThePlannedOnesHaveOneEach() {
        for (int measured : new int[] {1, 2, 8}) {
            CapacityPlan plan = plan(MachineProfile.of(RATES, measured, 4, MEMORY, TIERS), cut(4), 1, 100);
            assertThat(plan.step().collectives()).isEqualTo(2 * 3e-6, EXACT);
            assertThat(plan.perSocket()).hasSize(1);
            assertThat(plan.standing()).isEqualTo("estimates for the present program");
            String shards = measured == 1 ? "1 shard" : measured + " shards";
            assertThat(plan.notes())
                    .contains(
                            "Rates were measured with " + shards + "; that they are the same with 4 shards is assumed.")
                    .anyMatch(note -> note.contains("4 shards on all 4 memory nodes"));
        }
        String assumed = "is assumed.";
        assertThat(plan(MachineProfile.of(RATES, 4, 4, MEMORY, TIERS), cut(4), 1, 100)
                        .notes())
                .noneMatch(note -> note.startsWith("Rates were") && note.endsWith(assumed));
        assertThat(plan(MachineProfile.of(RATES, 2, 1, MEMORY, TIERS), cut(2), 1, 100)
                        .notes())
                .noneMatch(note -> note.endsWith(assumed));
        assertThat(plan(MachineProfile.of(RATES, 2, 1, MEMORY, TIERS), cut(1), 1, 100)
                        .notes())
                .contains("Rates were measured with 2 shards; that they are the same with 1 shard is assumed.");
        assertThat(plan(sockets(4), cut(2), 1, 100).notes()).noneMatch(note -> note.endsWith(assumed));
    }

    @Test
    void aDescribedMachineWasNotMeasured() {
        for (int sockets : new int[] {1, 4}) {
            CapacityPlan plan = plan(sockets(sockets), 1, 100);
            assertThat(plan.measured()).isFalse();
            assertThat(PlanText.summary(plan)).endsWith("(planned, not measured)");
        }
        CapacityPlan plan = plan(measured(RATES), 1, 100);
        assertThat(PlanText.summary(plan)).endsWith("(by rates measured on this machine)");
        assertThat(plan.oneSocketTokensPerSecond()).isEqualTo(plan.decodeTokensPerSecond());
        assertThat(plan.notes()).noneMatch(note -> note.contains("memory node"));
    }

    /** Of a cache's eight cores and then of each cache's; {@code TopologyTest} counts them in the engine's tree. */
    @Test
    void aBarrierTakesAsLongAsItsMoves() {
        assertThat(List.of(1, 8, 12, 32, 64, 128))
                .extracting(MachineProfile::moves)
                .containsExactly(1, 8, 10, 12, 16, 24);
        String machine = "sockets=2,channels=8,mts=4800,memory_gb=64,cores=32";
        MachineRates rates = MachineProfile.described(machine, 1, FAST).rates();
        assertThat(rates.barrierSeconds()).isEqualTo(12 * 80e-9, EXACT);
        assertThat(rates.meetingSeconds()).isEqualTo(12 * 80e-9, EXACT);
        assertThat(rates.workers()).isEqualTo(64);
        assertThat(MachineProfile.described(machine + ",barrier_us=2", 1, FAST)
                        .rates()
                        .barrierSeconds())
                .isEqualTo(2e-6, EXACT);
    }

    @Test
    void aPromptIsMultipliedInChunks() {
        // 512 rows: (1,000,000 + 100,000) · 512 / 4e9, and of attention (1 + 2 + … + 512) · 200 / 2e9; reading takes
        // less
        double seconds = 1_100_000 * 512 / 4e9 + 513 * 256 * 200 / 2e9 + 12e-6;
        assertThat(plan(measured(RATES), 1, 1).prefillTokensPerSecond()).isEqualTo(512 / seconds, within(1e-6));
    }

    @Test
    void missingMemoryIsReportedAndUsersAreThoseThatFit() {
        CapacityPlan plan = plan(measured(RATES), 4, 4096);
        assertThat(plan.fits()).isFalse();
        assertThat(plan.bottleneck()).isEqualTo("memory capacity");
        // 10,000,000 − 4,429,000 of weights leave room for one cache of 4096 · 800 bytes, with some working memory
        assertThat(plan.users()).isEqualTo(1);
        assertThat(plan.batches()).extracting(CapacityPlan.Point::fits).startsWith(true, false, false);
        assertThat(plan.workingBytes()).isEqualTo(1000 + 4 * 100);
    }

    /** Weights of at most 8 bits are multiplied in BF16 there, plain ones and answers as without AMX. */
    @Test
    void promptsAreFasterWithAmx() {
        String machine = "sockets=2,channels=8,mts=4800,cores=4,memory_gb=64,isa=";
        MachineProfile amx = MachineProfile.described(machine + "amx", 1, FAST);
        MachineProfile avx512 = MachineProfile.described(machine + "avx512", 1, FAST);
        for (String codes : List.of("f8_e4m3", "i8", "i4", "u4", "nf4", "fp4", "iq4", "e2m1")) {
            KernelRates with = Objects.requireNonNull(amx.rates().kernels().get(codes));
            KernelRates without =
                    Objects.requireNonNull(avx512.rates().kernels().get(codes));
            assertThat(with.prompt()).isEqualTo(8 * 260e9).isGreaterThan(without.prompt());
            assertThat(with.decode()).isEqualTo(without.decode());
        }
        for (String plain : List.of("f32", "f16", "bf16")) {
            assertThat(amx.rates().kernels().get(plain))
                    .isEqualTo(avx512.rates().kernels().get(plain));
        }
        assertThat(amx.rates().attentionPrompt()).isEqualTo(avx512.rates().attentionPrompt());
        assertThat(plan(amx, 1, 100).prefillTokensPerSecond())
                .isGreaterThan(plan(avx512, 1, 100).prefillTokensPerSecond());
        assertThat(plan(amx, 1, 100).kernels()).isEqualTo(new KernelTiers("bf16, AMX", "int8, AVX-512 with VNNI"));
        assertThat(MachineProfile.described("nf8260g7", 1, FAST).kernels()).isEqualTo(amx.kernels());
    }

    @Test
    void badNumbersAreRefusedByName() {
        assertRefused("context", () -> plan(measured(RATES), 1, 5000));
        assertRefused(
                "prompt",
                () -> CapacityPlanner.plan(
                        "m",
                        FAST,
                        MODEL,
                        cut(1),
                        memory(cut(1)),
                        measured(RATES),
                        new PlanRequest(1, 1, 5000, 1, OptionalDouble.empty())));
        assertRefused("batch", () -> plan(measured(RATES), 0, 1));
        assertRefused("machine.cores", () -> MachineProfile.described("sockets=2,cores=none", 1, FAST));
        assertRefused("machine.sokets", () -> MachineProfile.described("sokets=2", 1, FAST));
        assertRefused("machine.channels", () -> MachineProfile.described("sockets=2,cores=4", 1, FAST));
        assertRefused("machine", () -> MachineProfile.described("large", 1, FAST));
        var exact = new Planner.Options(Quantization.KEEP, KvPrecision.F32, Precision.EXACT);
        assertRefused("precision", () -> MachineProfile.described("nf8260g7", 1, exact));
        assertRefused(
                "machine.isa",
                () -> MachineProfile.described("cores=4,channels=8,mts=4800,memory_gb=64,isa=mmx", 1, FAST));
        assertRefused("shape.layers", () -> NamedShapes.config("layers=0,hidden=1,heads=1"));
        assertRefused("shape.heads", () -> NamedShapes.config("heads=3,hidden=64"));
        assertRefused("shape.kv_heads", () -> NamedShapes.config("heads=4,hidden=64,kv_heads=3"));
        assertRefused("shape.experts", () -> NamedShapes.config("heads=4,hidden=64,family=mixtral"));
        assertRefused("shape.experts", () -> NamedShapes.config("heads=4,hidden=64,family=llama,experts=4"));
        assertRefused("shape", () -> NamedShapes.config("gpt"));
    }

    private static void assertRefused(String field, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field));
    }
}

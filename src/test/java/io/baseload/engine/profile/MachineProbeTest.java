package io.baseload.engine.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kernel.Attention;
import io.baseload.engine.kernel.AttentionOptions;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MachineProbeTest {
    private final AtomicInteger prepared = new AtomicInteger();
    private final AtomicInteger multiplied = new AtomicInteger();
    private final AtomicInteger rows = new AtomicInteger();

    /** Kernels that compute nothing and count their calls: those of {@code decodePanels} since rows were prepared last. */
    private final Kernels counted = (Kernels) Proxy.newProxyInstance(
            Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
                switch (method.getName()) {
                    case "prepareDecode" -> {
                        prepared.incrementAndGet();
                        multiplied.set(0);
                    }
                    case "decodePanels" -> {
                        multiplied.incrementAndGet();
                        rows.set((int) arguments[4] - (int) arguments[3]);
                    }
                    default -> {}
                }
                return null;
            });

    /** Of a shard with three nodes or eight, whose workers follow each other: few blocks in a row are on all of them. */
    @Test
    void blocksNextToEachOtherAreFilledOnDifferentNodes() {
        for (int first = 0; first < 1000; first++) {
            assertThat(nodes(first, 5, 3)).hasSize(3);
            assertThat(nodes(first, 13, 8)).hasSize(8);
        }
    }

    private static Set<Integer> nodes(int first, int blocks, int nodes) {
        return IntStream.range(first, first + blocks)
                .mapToObj(block -> MachineProbe.filler(block, 16 * nodes) / 16)
                .collect(Collectors.toSet());
    }

    @Test
    void allMemoryIsFilled() {
        try (NativeMemory memory = new NativeMemory();
                MachineProbe probe = new MachineProbe(TeamLayout.unbound(5, 2), false, counted, 64, 1, 1)) {
            List<MemorySegment> shards = List.of(memory.allocate((5 << 20) + 64), memory.allocate(640));
            probe.fill(shards, (byte) 7);
            for (MemorySegment shard : shards) {
                byte[] bytes = shard.toArray(ValueLayout.JAVA_BYTE);
                byte[] filled = new byte[bytes.length];
                Arrays.fill(filled, (byte) 7);
                assertThat(bytes).isEqualTo(filled);
            }
        }
    }

    private KernelTime time(int count) {
        try (NativeMemory memory = new NativeMemory();
                MachineProbe probe =
                        new MachineProbe(TeamLayout.of(new EngineOptions(2, false)), false, counted, 64, 1, 1)) {
            return probe.kernelTime(PackedMatrix.allocate(memory, Packing.Q4_0, 160, 64), count);
        }
    }

    /** Preparing sixteen rows can take longer than multiplying them by the panels that fit in cache. */
    @Test
    void aKernelsRateIsMeasuredWithoutThePreparationOfItsRows() {
        KernelTime time = time(16);
        assertThat(time.start()).isPositive();
        assertThat(time.weightsPerSecond()).isPositive();
        assertThat(rows).hasValue(16);
        assertThat(prepared).hasValueGreaterThan(100);
        assertThat(multiplied).hasValueGreaterThan(100);
    }

    @Test
    void rowsBeyondSixteenAreMeasuredAsSixteen() {
        assertThat(time(64).weightsPerSecond()).isPositive();
        assertThat(rows).hasValue(16);
    }

    @Test
    void aRowsWorkIsThatOfTheTokensThatItSees() {
        try (NativeMemory memory = new NativeMemory()) {
            KvPages kv = KvPages.allocate(memory, 1, new KvLayout(1, 1, 8, 4, 0, KvPrecision.F16));
            int[] visible = {0, 0, 19};
            var attention = new Attention(
                    kv,
                    0,
                    AttentionOptions.scaled(1),
                    visible,
                    Attention.causal(20, 3),
                    Rows.allocate(3, 16),
                    Rows.allocate(3, 8));
            assertThat(MachineProbe.products(attention, 3, 2)).isEqualTo((21 + 22 + 4) * 2.0 * (8 + 4));
            assertThat(MachineProbe.products(attention, 1, 2)).isEqualTo(21 * 2.0 * (8 + 4));
        }
    }

    @Test
    void moreRowsThanAPassHasTakeLongerInProportion() {
        KernelTime sixteen = KernelTime.of(16, 3e-6, 8e9);
        assertThat(sixteen).isEqualTo(new KernelTime(3e-6, 8e9));
        assertThat(KernelTime.of(2, 3e-6, 8e9)).isEqualTo(sixteen);
        assertThat(KernelTime.of(40, 3e-6, 8e9)).isEqualTo(new KernelTime(7.5e-6, 3.2e9));
        PackedMatrix matrix = PackedMatrix.planned(Packing.Q4_0, 160, 64);
        assertThat(sixteen.seconds(matrix)).isCloseTo(3e-6 + 160 * 64 / 8e9, within(1e-12));
    }
}

package io.baseload.engine.runtime;

import io.baseload.engine.api.ModelOutline.Layers;
import io.baseload.engine.api.Roofline;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.parallel.PlatformThread;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.profile.KernelTime;
import io.baseload.engine.profile.MachineProbe;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.weights.StepMatrices;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Measures the {@link Roofline} of a loaded model: all of its weights are read, by plain loads and by the kernels, and some panels of each kind and width of matrix are multiplied from
 * cache. The faster of the two ways of reading is the bandwidth.
 *
 * @param shards the matrices of each shard
 * @param widest the largest number of columns of a matrix
 * @param kvBytesPerToken keys and values that attention reads for a token
 */
record RooflineProbe(
        List<StepMatrices> shards,
        Kernels kernels,
        TeamLayout layout,
        boolean pinned,
        int widest,
        long kvBytesPerToken,
        List<Layers> layers) {

    private record Kind(Packing packing, int cols) {
        static Kind of(PackedMatrix matrix) {
            return new Kind(matrix.packing(), matrix.cols());
        }
    }

    /** Measures on a thread of its own. */
    Roofline measure(int sequences) {
        return PlatformThread.call(CpuEngine.PROBE, () -> measureHere(sequences));
    }

    private Roofline measureHere(int sequences) {
        StepMatrices first = shards.getFirst();
        double chosen = first.chosen(sequences);
        List<PackedMatrix> shared = all(StepMatrices::shared);
        List<PackedMatrix> experts = all(StepMatrices::experts);
        try (var probe = new MachineProbe(layout, pinned, kernels, widest, 1, 1)) {
            double bytes = bytes(shared) + chosen * bytes(experts);
            int rows = (int) Math.max(1, Math.round(sequences * first.chosen(1) / Math.max(chosen, 1e-9)));
            double seconds = seconds(probe, shared, sequences) + chosen * seconds(probe, experts, rows);
            List<List<PackedMatrix>> all = shards.stream()
                    .map(shard -> Stream.concat(shard.shared().stream(), shard.experts().stream())
                            .toList())
                    .toList();
            double bandwidth = Math.max(probe.bytesPerSecond(all), probe.multipliedBytesPerSecond(all));
            return new Roofline(sequences, bandwidth, Math.round(bytes), kvBytesPerToken, layers, seconds);
        }
    }

    private List<PackedMatrix> all(Function<StepMatrices, List<PackedMatrix>> kind) {
        return shards.stream()
                .flatMap(matrices -> kind.apply(matrices).stream())
                .toList();
    }

    private static long bytes(List<PackedMatrix> matrices) {
        return matrices.stream().mapToLong(matrix -> matrix.data().byteSize()).sum();
    }

    /** Seconds for multiplying by all of these matrices. */
    private static double seconds(MachineProbe probe, List<PackedMatrix> matrices, int rows) {
        Map<Kind, KernelTime> times = new HashMap<>();
        double seconds = 0;
        for (PackedMatrix matrix : matrices) {
            seconds += times.computeIfAbsent(Kind.of(matrix), kind -> probe.kernelTime(matrix, rows))
                    .seconds(matrix);
        }
        return seconds;
    }
}

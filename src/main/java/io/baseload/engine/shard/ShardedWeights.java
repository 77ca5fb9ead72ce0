package io.baseload.engine.shard;

import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.quant.PanelSlices;
import io.baseload.engine.shard.ShardPlan.Part;
import io.baseload.engine.tensor.MatrixSlice;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a model's weights into those of its shards. Each weight is requested once, as in any load; its parts are copied to their shards' memory immediately, and the whole is released. Each
 * worker's share of a part is first touched by a thread on the worker's node, so that the system places it in that node's memory.
 */
public final class ShardedWeights {
    private final ShardPlan plan;
    private final List<Store> stores = new ArrayList<>();

    /** A shard's weights so far. */
    private record Store(
            List<Executor> nearby,
            NativeMemory memory,
            Map<String, PackedMatrix> matrices,
            Map<String, float[]> vectors)
            implements Weights {
        @Override
        public PackedMatrix matrix(String name, int rows, int cols) {
            return taken(matrices.remove(name), name);
        }

        @Override
        public float[] vector(String name, int length) {
            return taken(vectors.remove(name), name);
        }

        private static <T> T taken(@Nullable T found, String name) {
            if (found == null) {
                throw new IllegalStateException("the plan has given this shard no " + name);
            }
            return found;
        }
    }

    /**
     * @param memories each shard's memory
     * @param nearby for each shard the executors near its workers, in their order
     */
    public ShardedWeights(ShardPlan plan, List<NativeMemory> memories, List<List<Executor>> nearby) {
        this.plan = plan;
        for (int shard = 0; shard < plan.shards(); shard++) {
            stores.add(new Store(nearby.get(shard), memories.get(shard), new HashMap<>(), new HashMap<>()));
        }
    }

    /** Reads all weights of the model and cuts them. A matrix of {@code whole} needs to be valid only until the next is requested. */
    public void cut(Weights whole) {
        DecoderWeights.load(plan.whole(), new Cutting(whole));
    }

    /** The weights of a shard's own model, each of which can be requested once. */
    public Weights of(int shard) {
        return stores.get(shard);
    }

    private final class Cutting implements Weights {
        private final Weights whole;

        Cutting(Weights whole) {
            this.whole = whole;
        }

        @Override
        public PackedMatrix matrix(String name, int rows, int cols) {
            PackedMatrix matrix = whole.matrix(name, rows, cols);
            List<CompletableFuture<Void>> copies = new ArrayList<>();
            for (Part part : plan.parts(name, matrix)) {
                Store store = stores.get(part.shard());
                PackedMatrix own = PackedMatrix.allocate(
                        store.memory,
                        part.slice().packing(),
                        part.slice().rows().size(),
                        part.slice().width());
                store.matrices.put(part.name(), own);
                copies.addAll(copies(matrix, part.slice(), own, store.nearby));
            }
            copies.forEach(CompletableFuture::join);
            return PackedMatrix.planned(matrix.packing(), rows, cols);
        }

        @Override
        public float[] vector(String name, int length) {
            float[] values = whole.vector(name, length);
            WeightCut cut = plan.cut(name);
            for (int shard = 0; shard < plan.shards(); shard++) {
                stores.get(shard).vectors.put(name, part(cut, values, shard));
            }
            return values;
        }
    }

    /** The shares of workers that follow each other on a node are copied together. */
    private static List<CompletableFuture<Void>> copies(
            PackedMatrix whole, MatrixSlice slice, PackedMatrix part, List<Executor> nearby) {
        List<CompletableFuture<Void>> copies = new ArrayList<>();
        int workers = nearby.size();
        int begin = 0;
        for (int worker = 1; worker <= workers; worker++) {
            Executor near = nearby.get(worker - 1);
            int first = begin;
            int end = Step.share(worker, workers, part.panels());
            if ((worker == workers || !nearby.get(worker).equals(near)) && first < end) {
                copies.add(CompletableFuture.runAsync(() -> PanelSlices.copy(whole, slice, part, first, end), near));
                begin = end;
            }
        }
        return copies;
    }

    private static float[] part(WeightCut cut, float[] values, int shard) {
        return switch (cut) {
            case WeightCut.Outputs outputs -> {
                var own = outputs.ranges().get(shard);
                yield Arrays.copyOfRange(values, own.from(), own.to());
            }
            case WeightCut.Inputs inputs -> shard == 0 ? values : new float[values.length];
            case WeightCut.Whole whole -> values;
            case WeightCut.Head head -> values;
        };
    }
}

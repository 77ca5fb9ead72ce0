package io.baseload.engine.schedule;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.architecture.ModelDefinition;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kv.KvCache;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.model.Batch;
import io.baseload.engine.model.CausalModel;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.model.ModelShard;
import io.baseload.engine.model.StepLimits;
import io.baseload.engine.model.StepObserver;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.Rows;
import io.baseload.engine.weights.CheckpointWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.StepMatrices;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** A scheduler over a tiny model, a turn at a time. */
final class BatcherHarness {
    private final Team team;
    private final Batcher batcher;
    private final Watched model;
    private final KvCache cache;

    BatcherHarness(NativeMemory memory, Team team, BatcherLimits limits, int pages) {
        this(memory, team, limits, pages, TestModels.tiny());
    }

    BatcherHarness(NativeMemory memory, Team team, BatcherLimits limits, int pages, Path path) {
        this.team = team;
        try (ModelFolder file = ModelFolder.open(path)) {
            ModelDefinition definition = Architectures.of(file);
            ModelConfig config = definition.config();
            KvPages kv = KvPages.allocate(memory, pages, config.kvLayout(KvPrecision.F32));
            cache = new KvCache(kv, true);
            StepLimits rows =
                    new StepLimits(limits.contextLength(), limits.rows(), limits.maxSequences(), limits.logits(), 2);
            var noted =
                    new StepMatrices(config, new CheckpointWeights(definition.weights(), ImportPackings.KEEP, memory));
            DecoderWeights weights = DecoderWeights.load(config, noted);
            ModelShard shard = new ModelShard(weights, noted.packings(), kv, memory);
            List<List<Executor>> here = List.of(List.of(Runnable::run, Runnable::run));
            model = new Watched(CausalModel.of(config, List.of(shard), rows, Kernels.best(), here));
            batcher = new Batcher("tiny", model, cache, limits, () -> {});
        }
    }

    Batcher batcher() {
        return batcher;
    }

    Watched model() {
        return model;
    }

    KvCache cache() {
        return cache;
    }

    ModelTurns.Turn turn() {
        return batcher.turn(team);
    }

    /** Counts rows, and fails or computes something else first when it is told to. */
    static final class Watched implements CausalModel {
        private final CausalModel model;
        final List<Integer> rows = new ArrayList<>();
        boolean broken;
        Optional<Step> before = Optional.empty();

        Watched(CausalModel model) {
            this.model = model;
        }

        @Override
        public ModelConfig config() {
            return model.config();
        }

        @Override
        public Batch batch() {
            return model.batch();
        }

        @Override
        public Profile profile() {
            return model.profile();
        }

        @Override
        public void forward(Team team, Batch batch, StepObserver observer) {
            if (broken) {
                throw new IllegalStateException("broken step");
            }
            before.ifPresent(team::run);
            rows.add(batch.rows());
            model.forward(team, batch, observer);
        }

        @Override
        public void accept(int drafts) {
            model.accept(drafts);
        }

        @Override
        public List<Rows> activations(int shard) {
            return model.activations(shard);
        }

        @Override
        public Rows logits() {
            return model.logits();
        }
    }
}

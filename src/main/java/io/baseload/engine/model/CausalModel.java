package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.tensor.Rows;
import java.util.List;
import java.util.concurrent.Executor;

/** A decoder-only language model: tokens in, logits out. Used by one thread at a time. */
public interface CausalModel {
    /**
     * A model that is ready to compute, by teams whose number of shards is a multiple of the model's.
     *
     * @param config the whole model's configuration
     * @param shards the parts of the model, or the whole model as the only one
     * @param near for each shard the executors near its workers, in their order; they allocate the memory of shard and workers
     */
    static CausalModel of(
            ModelConfig config,
            List<ModelShard> shards,
            StepLimits limits,
            Kernels kernels,
            List<List<Executor>> near) {
        return new Decoder(config, shards, limits, kernels, near);
    }

    ModelConfig config();

    /** An empty batch of the size of the model's activations. */
    Batch batch();

    /** Computes a step on the team's workers: the keys and values of all rows, and the requested logits. */
    default void forward(Team team, Batch batch) {
        forward(team, batch, StepObserver.NONE);
    }

    /** The same with an observer. */
    void forward(Team team, Batch batch, StepObserver observer);

    /** Accepts the first {@code drafts} drafts of the last step: a page's state, in addition to keys and values, is then that after the last of them. */
    void accept(int drafts);

    /** The time spent in its steps. */
    Profile profile();

    /** The rows of a shard's steps in the Java heap. */
    List<Rows> activations(int shard);

    /** The logits of the last step, one row for each call of {@link Batch#wantLogits}. The caller may change them. */
    Rows logits();
}

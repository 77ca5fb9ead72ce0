package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.tensor.Rows;
import java.util.List;

/** A decoder-only language model: tokens in, logits out. Used by one thread at a time. */
public interface CausalModel {
    /**
     * A model ready to compute, by teams of as many shards.
     *
     * @param config of the whole model
     * @param shards its parts, or itself as one
     */
    static CausalModel of(ModelConfig config, List<ModelShard> shards, StepLimits limits, Kernels kernels) {
        return new Decoder(config, shards, limits, kernels);
    }

    ModelConfig config();

    /** An empty batch of the size that the model's activations have. */
    Batch batch();

    /** Computes a step on the team's workers: writes the keys and values of all rows, and the logits of those that want them. */
    default void forward(Team team, Batch batch) {
        forward(team, batch, Probe.NONE);
    }

    /** The same with somebody looking. */
    void forward(Team team, Batch batch, Probe probe);

    /** Notes that so many of the last step's drafts were right; what a step leaves in a page beside keys and values is theirs then. */
    void accept(int drafts);

    /** Where the time of its steps goes. */
    Profile profile();

    /** The logits of the last step, one row for each {@link Batch#wantLogits}. The caller may change them. */
    Rows logits();
}

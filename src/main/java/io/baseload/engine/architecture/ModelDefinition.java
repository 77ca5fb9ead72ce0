package io.baseload.engine.architecture;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.PlannedWeights;

/** The configuration and the weights of a checkpoint's model. */
public record ModelDefinition(ModelConfig config, CheckpointTensors weights) {
    /**
     * Checks that all weights exist with the right shape, and that there are no others.
     *
     * @return their memory
     * @throws io.baseload.engine.api.ModelFileException otherwise
     */
    public Plan plan(ImportPackings packings) {
        var planned = new PlannedWeights(weights, packings);
        DecoderWeights decoder = DecoderWeights.load(config, planned);
        weights.refuseOthers();
        return new Plan(planned.bytes(), decoder.widest());
    }

    /**
     * Memory of a model.
     *
     * @param weightBytes packed weights
     * @param widest the largest number of columns of a matrix, or width of a key or value
     */
    public record Plan(long weightBytes, int widest) {}
}

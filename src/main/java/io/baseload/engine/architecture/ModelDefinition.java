package io.baseload.engine.architecture;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.PlannedWeights;

/** What a checkpoint's model computes, and its weights. */
public record ModelDefinition(ModelConfig config, CheckpointTensors weights) {
    /**
     * Checks that all weights are there, each in its shape, and none besides.
     *
     * @return what they take
     * @throws io.baseload.engine.api.ModelFileException otherwise
     */
    public Plan plan(ImportPackings packings) {
        var planned = new PlannedWeights(weights, packings);
        DecoderWeights decoder = DecoderWeights.load(config, planned);
        weights.refuseOthers();
        return new Plan(planned.bytes(), decoder.widest());
    }

    /**
     * What a model takes in memory.
     *
     * @param weightBytes packed weights
     * @param widest the most columns that one of the matrices has, or the width of a key or value
     */
    public record Plan(long weightBytes, int widest) {}
}

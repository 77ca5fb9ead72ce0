package io.baseload.engine.architecture;

import io.baseload.engine.config.Keys;
import io.baseload.engine.config.ModelConfig;
import java.util.List;
import java.util.Set;

/**
 * A family of models. To add one: a class that implements this, with the family's equations in its comment, and its line in {@link Architectures}. The family's computation is described with
 * records of {@code engine.config}; only a new kind of layer needs code outside the class ({@code engine.model.Block} explains how).
 */
interface Architecture {
    /** The values of {@code model_type} in config.json. */
    Set<String> modelTypes();

    /** The values of {@code general.architecture} in GGUF. */
    Set<String> ggufNames();

    /**
     * The configuration of a model of the family.
     *
     * @throws io.baseload.engine.api.ModelFileException if a key is missing, contradicts another, or requires something that isn't supported
     */
    ModelConfig config(Keys keys);

    /** Optional prefixes of tensor names in a Hugging Face folder: whether they have one depends on the class that saved the model. */
    default List<String> prefixes() {
        return List.of("model.");
    }

    /** Where the weights are in a Hugging Face folder. */
    default TensorMap huggingFaceTensors(ModelConfig config) {
        return TensorNames.HUGGING_FACE;
    }

    /** Where the weights are in a GGUF file. */
    default TensorMap ggufTensors(ModelConfig config) {
        return TensorNames.GGUF;
    }
}

package io.baseload.engine.architecture;

import io.baseload.engine.config.Keys;
import io.baseload.engine.config.ModelConfig;
import java.util.List;
import java.util.Set;

/**
 * A family of models. To add one: a class that implements this, with the family's equations in its comment, and its line in {@link Architectures}. What the
 * family computes is put together from the records of {@code engine.config}; only a kind of layer that is new needs code beyond the class
 * ({@code engine.model.Block} says how).
 */
interface Architecture {
    /** What {@code model_type} in config.json may be. */
    Set<String> modelTypes();

    /** What {@code general.architecture} in GGUF may be. */
    Set<String> ggufNames();

    /**
     * What a model of the family computes.
     *
     * @throws io.baseload.engine.api.ModelFileException if a key is missing, contradicts another, or asks for what isn't supported
     */
    ModelConfig config(Keys keys);

    /** What names of tensors in a Hugging Face folder may begin with: it is there or not, depending on what the model was saved as. */
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

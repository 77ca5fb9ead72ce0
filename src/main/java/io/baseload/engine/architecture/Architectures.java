package io.baseload.engine.architecture;

import io.baseload.engine.config.GgufKeys;
import io.baseload.engine.config.HuggingFaceKeys;
import io.baseload.engine.config.Key;
import io.baseload.engine.config.Keys;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.format.Metadata;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.format.SentenceLength;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** All supported model families. */
public final class Architectures {
    private static final List<Architecture> ALL = List.of(
            new Llama(),
            new Mistral(),
            new Qwen2(),
            new Qwen3(),
            new Phi3(),
            new Gemma(),
            new Gemma2(),
            new Gemma3(),
            new SmolLm3(),
            new Granite(),
            new Olmo2(),
            new Mixtral(),
            new Qwen3Moe(),
            new GptOss(),
            new DeepSeekV2(),
            new DeepSeekV3(),
            new Yuan2(),
            new Bert(),
            new DistilBert(),
            new NomicBert(),
            new ModernBert(),
            new Gte());

    private Architectures() {}

    /**
     * Recognizes the model in a file or folder.
     *
     * @throws io.baseload.engine.api.ModelFileException if its family is unknown, or it requires something that isn't supported
     */
    public static ModelDefinition of(ModelFolder folder) {
        Keys keys = switch (folder.keys()) {
            case Metadata metadata -> new GgufKeys(metadata, folder.weights());
            case ConfigKeys config -> new HuggingFaceKeys(config);
        };
        Architecture family = family(keys);
        ModelConfig config = shortened(Poolings.applied(family.config(keys), keys, folder), folder);
        keys.refuseOthers();
        TensorMap tensors = keys.gguf() ? family.ggufTensors(config) : family.huggingFaceTensors(config);
        List<String> prefixes = keys.gguf() ? List.of() : family.prefixes();
        var weights = new CheckpointTensors(folder.weights(), tensors, prefixes, keys.quantization());
        return new ModelDefinition(config, weights);
    }

    /**
     * Recognizes a model by its configuration alone.
     *
     * @throws io.baseload.engine.api.ModelFileException as {@link #of}
     */
    public static ModelConfig config(ConfigKeys config) {
        Keys keys = new HuggingFaceKeys(config);
        ModelConfig known = family(keys).config(keys);
        keys.refuseOthers();
        return known;
    }

    /** An encoder whose files limit its texts further than its positions do. */
    private static ModelConfig shortened(ModelConfig config, ModelFolder folder) {
        OptionalInt length = config.encoder().isPresent() ? SentenceLength.read(folder.path()) : OptionalInt.empty();
        return length.isPresent() ? config.within(length.getAsInt()) : config;
    }

    private static Architecture family(Keys keys) {
        Function<Architecture, Set<String>> names = keys.gguf() ? Architecture::ggufNames : Architecture::modelTypes;
        return ALL.stream()
                .filter(one -> names.apply(one).contains(keys.architecture()))
                .findFirst()
                .orElseThrow(() -> keys.refuse(
                        Key.ARCHITECTURE,
                        "is " + keys.architecture() + "; supported are " + String.join(", ", all(names))));
    }

    private static Set<String> all(Function<Architecture, Set<String>> names) {
        var all = new TreeSet<String>();
        ALL.forEach(one -> all.addAll(names.apply(one)));
        return all;
    }
}

package io.baseload.engine.architecture;

import io.baseload.engine.config.GgufKeys;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.Checkpoint;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.format.Metadata;
import io.baseload.engine.format.ModelFolder;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** All families of models that can be run. */
public final class Architectures {
    private static final List<Architecture> ALL = List.of(new Llama());

    private Architectures() {}

    /**
     * Finds out what model a file or folder holds.
     *
     * @throws io.baseload.engine.api.ModelFileException if it is of no family here, or asks for something that isn't supported
     */
    public static ModelDefinition of(ModelFolder folder) {
        return switch (folder.keys()) {
            case Metadata metadata -> gguf(new GgufKeys(metadata, folder.weights()), folder.weights());
            case ConfigKeys config -> throw config.refuse("model_type", "isn't supported");
        };
    }

    private static ModelDefinition gguf(GgufKeys keys, Checkpoint weights) {
        Architecture family = ALL.stream()
                .filter(one -> one.ggufNames().contains(keys.architecture()))
                .findFirst()
                .orElseThrow(() -> keys.refuseArchitecture(
                        "is " + keys.architecture() + "; supported are " + String.join(", ", ggufNames())));
        ModelConfig config = family.config(keys.architecture(), keys);
        keys.refuseOthers();
        return new ModelDefinition(config, new CheckpointTensors(weights, family.ggufTensors(config)));
    }

    private static Set<String> ggufNames() {
        var names = new TreeSet<String>();
        ALL.forEach(one -> names.addAll(one.ggufNames()));
        return names;
    }
}

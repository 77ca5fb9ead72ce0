package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.WeightFiles.Format;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A model as users name it: a GGUF file, or a Hugging Face folder with {@code config.json}, weights and a tokenizer's files.
 *
 * @param path the file or folder
 * @param keys the model's configuration
 * @param weights its tensors; closed with this
 */
public record ModelFolder(Path path, ModelKeys keys, ModelCheckpoint weights) implements AutoCloseable {
    /** The name of the configuration in a Hugging Face folder. */
    public static final String CONFIG = "config.json";

    /** The possible weight files of a folder. The first that exists is used, as in transformers. */
    private static final Map<String, Function<Path, ModelCheckpoint>> WEIGHTS = ways();

    private static final List<String> PARTS = List.of(".safetensors", ".bin", ".json");

    private static Map<String, Function<Path, ModelCheckpoint>> ways() {
        Map<String, Function<Path, ModelCheckpoint>> ways = new LinkedHashMap<>();
        ways.put("model.safetensors", path -> WeightFiles.single(path, Format.SAFETENSORS));
        ways.put("model.safetensors.index.json", path -> WeightFiles.sharded(path, Format.SAFETENSORS));
        ways.put("pytorch_model.bin", path -> WeightFiles.single(path, Format.PYTORCH));
        ways.put("pytorch_model.bin.index.json", path -> WeightFiles.sharded(path, Format.PYTORCH));
        return ways;
    }

    /** @throws ModelFileException if a file is missing, can't be read or is broken */
    public static ModelFolder open(Path path) {
        if (Files.isDirectory(path)) {
            ConfigKeys config = ConfigKeys.read(path.resolve(CONFIG));
            return new ModelFolder(path, config, weights(path));
        }
        String name = String.valueOf(path.getFileName());
        if (Files.exists(path) && PARTS.stream().anyMatch(name::endsWith)) {
            throw new ModelFileException(path, -1, "is a part of a model: name its folder, with " + CONFIG);
        }
        GgufFile gguf = GgufFile.open(path);
        return new ModelFolder(path, gguf.metadata(), gguf);
    }

    private static ModelCheckpoint weights(Path folder) {
        for (Map.Entry<String, Function<Path, ModelCheckpoint>> way : WEIGHTS.entrySet()) {
            Path file = folder.resolve(way.getKey());
            if (Files.exists(file)) {
                return way.getValue().apply(file);
            }
        }
        throw new ModelFileException(folder, -1, "has none of " + String.join(", ", WEIGHTS.keySet()));
    }

    @Override
    public void close() {
        weights.close();
    }
}

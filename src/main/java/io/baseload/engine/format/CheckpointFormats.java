package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.WeightFiles.Format;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Files of tensors by the end of their name. */
final class CheckpointFormats {
    private static final Map<String, Function<Path, ModelCheckpoint>> ENDS = ends();

    private CheckpointFormats() {}

    static ModelCheckpoint open(Path file) {
        String name = String.valueOf(file.getFileName());
        for (Map.Entry<String, Function<Path, ModelCheckpoint>> end : ENDS.entrySet()) {
            if (name.endsWith(end.getKey())) {
                return end.getValue().apply(file);
            }
        }
        throw new ModelFileException(
                file, -1, "is not a model file: its name must end in one of " + String.join(", ", ENDS.keySet()));
    }

    private static Map<String, Function<Path, ModelCheckpoint>> ends() {
        Map<String, Function<Path, ModelCheckpoint>> ends = new LinkedHashMap<>();
        ends.put(".gguf", GgufFile::open);
        ends.put(".safetensors", file -> WeightFiles.single(file, Format.SAFETENSORS));
        ends.put(".safetensors.index.json", file -> WeightFiles.sharded(file, Format.SAFETENSORS));
        ends.put(".bin", file -> WeightFiles.single(file, Format.PYTORCH));
        ends.put(".bin.index.json", file -> WeightFiles.sharded(file, Format.PYTORCH));
        return ends;
    }
}

package io.baseload.engine.runtime;

import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.config.GgufConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.model.LlamaLoader;
import java.nio.file.Path;
import java.util.SortedMap;
import java.util.TreeMap;

/** A model file that was read and found fit to run. Mapped until it is closed. */
record ModelSource(GgufFile file, ModelConfig config, Vocabulary vocabulary, LlamaLoader loader)
        implements AutoCloseable {

    /** @throws io.baseload.engine.api.ModelFileException if the file is broken or holds something that this version can't run */
    static ModelSource open(Path path) {
        GgufFile file = GgufFile.open(path);
        try {
            ModelConfig config = GgufConfig.read(file);
            return new ModelSource(file, config, GgufVocabulary.read(file), new LlamaLoader(file, config));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    ModelInfo info() {
        return new ModelInfo(
                config.architecture(),
                "gguf",
                config.name(),
                file.bytes(),
                file.tensors().stream().mapToLong(StoredTensor::elements).sum(),
                config.contextLength(),
                config.vocabulary(),
                config.layers(),
                config.hidden(),
                config.heads(),
                config.kvHeads(),
                tensorBytes());
    }

    private SortedMap<String, Long> tensorBytes() {
        SortedMap<String, Long> bytes = new TreeMap<>();
        file.tensors().forEach(tensor -> bytes.merge(tensor.type().name(), tensor.bytes(), Long::sum));
        return bytes;
    }

    MemoryEstimate estimate(ModelSize size, int workers) {
        return new MemoryEstimate(loader.weightBytes(), size.kvBytes(config), loader.scratchBytes(workers));
    }

    @Override
    public void close() {
        file.close();
    }
}

package io.baseload.engine.runtime;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.engine.format.SentenceModules;
import io.baseload.engine.format.VocabularyFiles;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.store.ModelWriter;
import io.baseload.engine.store.StoredFolder;
import io.baseload.engine.weights.ImportPackings;
import io.baseload.engine.weights.ImportPlan;
import io.baseload.engine.weights.ImportedWeights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes a model's kernel-ready form: its family requests all weights once, and each is written when it is requested. */
final class ModelConversion {
    private final ModelSource source;
    private final Path folder;
    private final ByteProgress progress;

    private ModelConversion(ModelSource source, Path folder, ByteProgress progress) {
        this.source = source;
        this.folder = folder;
        this.progress = progress;
    }

    static Conversion run(Path model, Path folder, Optional<Quantization> wanted, ByteProgress progress) {
        if (StoredFolder.is(model)) {
            throw new ModelFileException(model, -1, "is already imported; name its original files");
        }
        try (ModelSource source = ModelSource.open(model)) {
            return new ModelConversion(source, folder, progress).run(wanted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Conversion run(Optional<Quantization> wanted) throws IOException {
        ImportPlan plan = new ImportPlan(source.definition().weights());
        DecoderWeights.load(source.config(), plan);
        boolean quantized = plan.quantized() || saysQuantized();
        Quantization chosen = wanted.orElse(quantized || source.isEncoder() ? Quantization.KEEP : Quantization.Q4);
        ImportPackings packings = new ImportPackings(chosen);
        try (ModelWriter writer =
                new ModelWriter(folder, source.folder().weights(), chosen, progress, plan.bytes(packings))) {
            copyFiles(writer);
            DecoderWeights.load(
                    source.config(),
                    new ImportedWeights(
                            source.definition().weights(), packings, writer.weights(), ImportedWeights.PART_BYTES));
            writer.finish();
        }
        boolean again = quantized && chosen.lossy();
        return new Conversion(chosen, again ? List.of(warning(chosen)) : List.of());
    }

    /** The rows don't show quantization that is widened while it is read, such as GPTQ's with {@code desc_act}. */
    private boolean saysQuantized() {
        return source.folder().keys() instanceof ConfigKeys config && config.has("quantization_config");
    }

    private static String warning(Quantization chosen) {
        return "the weights are already quantized; quantizing them again to " + chosen.label()
                + " costs accuracy, which keep avoids";
    }

    /** Copies the files that describe the model, other than its weights. */
    private void copyFiles(ModelWriter writer) throws IOException {
        ModelCheckpoint weights = source.folder().weights();
        if (weights instanceof GgufFile gguf) {
            writer.file(StoredFolder.METADATA, gguf.metadataAlone());
            return;
        }
        Path from = source.folder().path();
        for (String name : VocabularyFiles.names(from)) {
            writer.file(name, Files.readAllBytes(from.resolve(name)));
        }
        for (String name : SentenceModules.names(from)) {
            writer.file(name, Files.readAllBytes(from.resolve(name)));
        }
    }
}

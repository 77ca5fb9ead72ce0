package io.baseload.cli;

import io.baseload.chat.api.Completions;
import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.store.AddedModel;
import io.baseload.engine.store.ModelStore;
import io.baseload.engine.store.StoredModel;
import io.baseload.service.registry.ImportFolder.Snapshot;
import io.baseload.service.registry.ImportFolder.SourceFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Imports a model into the store; its id is the last line. */
@Command(
        name = "import",
        description = "Packs a model for fast loading and keeps it in the store below BASELOAD_HOME; its id is the last"
                + " line.")
final class ImportCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "SOURCE",
            description = "A .gguf file (the first part of a split one) or a Hugging Face folder.")
    private Path source = Path.of("");

    @Mixin
    private QuantizeOption quantize = new QuantizeOption();

    @Mixin
    private Output output = new Output();

    /** The output of {@code --json}. */
    record Report(String id, String folder, String quantization, List<String> warnings) {}

    @Override
    public Integer call() {
        var options = new EngineOptions(1, false);
        try (Engine engine = Engine.open(options);
                ModelStore store = ModelStore.open(Home.models())) {
            List<String> warnings = new ArrayList<>(Completions.check(engine.vocabulary(source), source));
            Snapshot before = Snapshot.of(source);
            AddedModel added = store.add(
                    String.valueOf(source.getFileName()),
                    SourceFile.identity(before.hashed(read -> {}), quantize.value()),
                    new Percent(output),
                    folder -> {
                        Conversion done = engine.convert(source, folder, quantize.value(), new Percent(output));
                        refuseUnlessSame(before);
                        return done;
                    });
            StoredModel model = added.model();
            Conversion conversion = added.conversion();
            warnings.addAll(conversion.warnings());
            warnings.forEach(warning -> output.note("warning: " + warning));
            String kind = conversion.quantization().label();
            output.note("quantize: " + kind);
            output.result(new Report(model.sha256(), model.folder().toString(), kind, warnings), model.sha256());
        }
        return 0;
    }

    /** The store would otherwise record the new files' model as that of the old ones. */
    private void refuseUnlessSame(Snapshot before) {
        if (!Snapshot.of(source).equals(before)) {
            throw new ModelFileException(source, -1, "was changed while it was imported: import it again");
        }
    }
}

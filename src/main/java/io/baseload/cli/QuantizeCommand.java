package io.baseload.cli;

import io.baseload.engine.api.Conversion;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.store.ModelWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes a model in our own format into a folder of the user's choice. */
@Command(
        name = "quantize",
        description =
                "Packs and quantizes a model into a folder, which all commands take as a model; the folder is the last"
                        + " line.")
final class QuantizeCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "SOURCE", description = "A .gguf file or a Hugging Face folder.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "FOLDER", description = "Where the model is written: a new or empty folder.")
    private Path folder = Path.of("");

    @Mixin
    private QuantizeOption quantize = new QuantizeOption();

    @Mixin
    private Output output = new Output();

    /** The output of {@code --json}. */
    record Report(String folder, String quantization, List<String> warnings) {}

    @Override
    public Integer call() {
        requireEmpty();
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            Conversion done = convert(engine);
            done.warnings().forEach(warning -> output.note("warning: " + warning));
            String kind = done.quantization().label();
            output.note("quantize: " + kind);
            output.result(new Report(folder.toString(), kind, done.warnings()), folder.toString());
        }
        return 0;
    }

    private Conversion convert(Engine engine) {
        try {
            return engine.convert(source, folder, quantize.value(), new Percent(output));
        } catch (UncheckedIOException e) {
            removeFiles();
            throw new BadInputException(folder + " can't be written: "
                    + Objects.requireNonNull(e.getCause()).getMessage());
        } catch (RuntimeException e) {
            removeFiles();
            throw e;
        }
    }

    /** An incomplete model is useless, and the folder was empty. */
    private void removeFiles() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(folder)) {
                    Files.delete(path);
                }
            }
        } catch (IOException e) {
            output.note("warning: " + folder + " can't be emptied: " + e.getMessage());
        }
    }

    /** A folder in which the same operation was interrupted counts as empty. */
    private void requireEmpty() {
        if (ModelWriter.isUnfinished(folder)) {
            return;
        }
        try (Stream<Path> there = Files.list(Files.createDirectories(folder))) {
            if (there.findAny().isPresent()) {
                throw new BadInputException(folder + " is not empty");
            }
        } catch (IOException e) {
            throw new BadInputException(folder + " can't be written: " + e.getMessage());
        }
    }
}

package io.baseload.cli;

import io.baseload.engine.store.ModelStore;
import io.baseload.engine.store.StoredModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** The model of a command. */
final class ModelArgument {
    private static final int MIN_ID_LENGTH = 8;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description =
                    "A .gguf file, a Hugging Face folder, or an imported model's folder or the beginning of its id"
                            + " (default: the bundled model).")
    @Nullable
    Path given;

    /** The file or folder to open. */
    Path path() {
        return given == null ? BundledModelFile.path() : find(given);
    }

    /** The meaning of a path: itself, or an imported model whose id begins with it. */
    static Path find(Path given) {
        return Files.exists(given) ? given : stored(given.toString());
    }

    private static Path stored(String id) {
        if (!id.matches("[0-9a-f]{" + MIN_ID_LENGTH + ",64}") || !Files.isDirectory(Home.models())) {
            throw new BadInputException(id + ": no such file or folder");
        }
        try (ModelStore store = ModelStore.open(Home.models())) {
            List<StoredModel> found = store.list().stream()
                    .filter(model -> model.sha256().startsWith(id))
                    .toList();
            if (found.size() != 1) {
                throw new BadInputException(
                        id + ": " + found.size() + " models in " + Home.models() + " have an id that begins like this");
            }
            return found.getFirst().folder();
        }
    }

    /** The model's name in the output. */
    String name() {
        return String.valueOf(path().getFileName()).replaceFirst("\\.gguf$", "");
    }
}

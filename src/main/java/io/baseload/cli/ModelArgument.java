package io.baseload.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** Which model a command works on. */
final class ModelArgument {
    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "A .gguf file (default: the bundled model).")
    @Nullable
    Path file;

    /** The file to open. */
    Path path() {
        if (file == null) {
            return BundledModel.path();
        }
        if (!Files.isRegularFile(file)) {
            throw new BadInputException(file + " is not a file");
        }
        return file;
    }

    /** The name that the model goes by in what is printed. */
    String name() {
        return String.valueOf(path().getFileName()).replaceFirst("\\.gguf$", "");
    }
}

package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.quant.RowSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/** The check of each fuzzed input: it is read as a file of tensors, or refused as a bad file; nothing else may happen. */
final class Fuzzed {
    private static final int MAX_TENSORS = 100;

    private final Path file;

    /** @param ending of the file's name, by which its format is known */
    Fuzzed(String ending) {
        try {
            file = Files.createTempFile("fuzzed-", ending);
            file.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void check(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        try (ModelCheckpoint checkpoint = ModelCheckpoint.open(file)) {
            checkpoint.tensors().stream().limit(MAX_TENSORS).forEach(Fuzzed::readEnds);
            if (checkpoint instanceof GgufFile gguf) {
                GgufVocabulary.read(gguf.metadata());
            }
        } catch (ModelFileException refused) {
            if (!refused.getMessage().contains(file.toString())) {
                throw new AssertionError("a refusal that doesn't name the file", refused);
            }
        }
    }

    /** The first and the last row, whose bytes must lie in the file. */
    private static void readEnds(StoredTensor tensor) {
        if (tensor.elements() > 0) {
            RowSource rows = tensor.matrix();
            rows.row(0);
            rows.row(rows.rows() - 1).toArray(ValueLayout.JAVA_BYTE);
        }
    }
}

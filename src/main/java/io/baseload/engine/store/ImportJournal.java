package io.baseload.engine.store;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.ConfigKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The written weights of an unfinished import, so that it can continue after a crash: a line with the source of the import, and a line of JSON for each weight.
 *
 * <p>It is not trusted on its own: a line without a line break is ignored, and {@link WeightsWriter} counts a weight as written only if its bytes have the checksum in the line. So lines and
 * weights may reach the disk in any order, and nothing is synchronized before the import ends.
 */
final class ImportJournal {
    static final String FILE = "import.journal";

    private final Path file;
    private final String source;

    /** @param source identifies the imported files and the target format */
    ImportJournal(Path file, String source) {
        this.file = file;
        this.source = source;
    }

    /** The recorded weights of this source; none if the journal is of another source, or doesn't exist. */
    List<StoredWeight> read() throws IOException {
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        List<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(source)) {
            return List.of();
        }
        List<StoredWeight> weights = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            try {
                weights.add(HeaderReader.journaled(ConfigKeys.of(line)));
            } catch (ModelFileException torn) {
                break;
            }
        }
        return weights;
    }

    /** Starts a new journal, without weights. */
    void begin() throws IOException {
        Files.writeString(file, source + '\n');
    }

    void add(StoredWeight weight) throws IOException {
        String line = new String(HeaderWriter.json(weight), StandardCharsets.UTF_8);
        Files.writeString(file, line + '\n', StandardOpenOption.APPEND);
    }
}

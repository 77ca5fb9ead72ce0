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
 * Which weights of an unfinished import are written, so that it goes on where a crash ended it: a line of JSON for each, behind one that says what is imported.
 *
 * <p>Nothing in it is trusted by itself: a line ends with a line break or is none, and {@link WeightsWriter} takes a weight as written only if its bytes have the checksum that the line says.
 * So lines and weights may reach the disk in any order, and nothing is synchronized before the import ends.
 */
final class ImportJournal {
    static final String FILE = "import.journal";

    private final Path file;
    private final String source;

    /** @param source what is imported, and to what */
    ImportJournal(Path file, String source) {
        this.file = file;
        this.source = source;
    }

    /** The weights that are said to be written of this source; none if the journal is of another one, or there is none. */
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

    /** Forgets all weights. */
    void begin() throws IOException {
        Files.writeString(file, source + '\n');
    }

    void add(StoredWeight weight) throws IOException {
        String line = new String(HeaderWriter.json(weight), StandardCharsets.UTF_8);
        Files.writeString(file, line + '\n', StandardOpenOption.APPEND);
    }
}

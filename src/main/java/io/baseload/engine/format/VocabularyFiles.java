package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a Hugging Face folder that define its vocabulary; they are not interpreted here. */
public final class VocabularyFiles {
    private static final String TOKENIZER_JSON = "tokenizer.json";
    private static final String TOKENIZER_MODEL = "tokenizer.model";

    private static final List<String> NAMES = List.of(
            TOKENIZER_JSON,
            TOKENIZER_MODEL,
            "vocab.txt",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "generation_config.json",
            "config.json",
            "config_sentence_transformers.json",
            SentenceLength.NAME,
            "chat_template.jinja",
            "chat_template.json");

    private static final String MORE_TEMPLATES = "additional_chat_templates";
    private static final int MAX_TEMPLATES = 64;

    /** Vocabularies of 256,000 tokens with their merges have up to 35 MB. */
    private static final int MAX_TOKENIZER = 128 << 20;

    private static final int MAX_OTHER = 8 << 20;

    private VocabularyFiles() {}

    /** Names of the files that {@link #read} looks for, relative to a model's folder; a copy of the folder needs those that exist. */
    public static List<String> names(Path folder) {
        return Stream.concat(NAMES.stream(), templates(folder).stream())
                .filter(name -> Files.exists(folder.resolve(name)))
                .toList();
    }

    /**
     * Reads them. A missing tokenizer is no error here: weights alone can be inspected, packed and measured.
     *
     * @throws ModelFileException if a file can't be read or is too large
     */
    public static Vocabulary.Files read(Path folder) {
        Map<String, byte[]> files = new TreeMap<>();
        names(folder).forEach(name -> files.put(name, bytes(folder.resolve(name))));
        return new Vocabulary.Files(folder, Map.copyOf(files));
    }

    private static List<String> templates(Path folder) {
        Path more = folder.resolve(MORE_TEMPLATES);
        if (!Files.isDirectory(more)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(more)) {
            return found.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(".jinja"))
                    .sorted()
                    .limit(MAX_TEMPLATES)
                    .map(name -> MORE_TEMPLATES + "/" + name)
                    .toList();
        } catch (IOException e) {
            throw ModelFileException.unreadable(more, e);
        }
    }

    private static byte[] bytes(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(file, -1, "is not a regular file");
        }
        int largest = file.endsWith(TOKENIZER_JSON) || file.endsWith(TOKENIZER_MODEL) ? MAX_TOKENIZER : MAX_OTHER;
        try (InputStream in = Files.newInputStream(file)) {
            if (Files.size(file) > largest) {
                throw new ModelFileException(file, largest, "is longer than " + largest + " bytes");
            }
            return in.readNBytes(largest);
        } catch (IOException e) {
            throw ModelFileException.unreadable(file, e);
        }
    }
}

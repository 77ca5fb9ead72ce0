package io.baseload.engine.format;

import io.baseload.engine.api.ModelFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The length of an encoder's texts, from {@value #NAME} of sentence-transformers: many models were trained with shorter texts than they have positions for. */
public final class SentenceLength {
    static final String NAME = "sentence_bert_config.json";
    private static final String KEY = "max_seq_length";

    private SentenceLength() {}

    /**
     * The maximum number of tokens of a text, including those that the tokenizer adds.
     *
     * @param path a model's folder, or its file
     * @return empty if the folder doesn't say it
     * @throws ModelFileException if the file is broken
     */
    public static OptionalInt read(Path path) {
        Path file = path.resolve(NAME);
        if (!Files.exists(file)) {
            return OptionalInt.empty();
        }
        ConfigKeys config = ConfigKeys.read(file);
        OptionalLong length = config.integer(KEY);
        if (length.isEmpty()) {
            return OptionalInt.empty();
        }
        if (length.getAsLong() < 1) {
            throw config.refuse(KEY, "is " + length.getAsLong() + "; it must be positive");
        }
        return OptionalInt.of((int) Math.min(length.getAsLong(), Integer.MAX_VALUE));
    }
}

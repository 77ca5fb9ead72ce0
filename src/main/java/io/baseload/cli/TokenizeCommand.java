package io.baseload.cli;

import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.format.ConfigKeys;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.engine.format.Metadata;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.format.VocabularyFiles;
import io.baseload.engine.store.StoredFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the tokens of a text in a model's vocabulary; reads no weights. */
@Command(
        name = "tokenize",
        description = "Prints the tokens of a text, from --text or standard input; the ids are the last line.")
final class TokenizeCommand implements Callable<Integer> {
    @Mixin
    private ModelArgument model = new ModelArgument();

    @Mixin
    private Output output = new Output();

    @Option(names = "--text", description = "The text (default: standard input).")
    private @Nullable String text;

    @Option(
            names = "--plain",
            description = "Treat the texts of special tokens as ordinary text, and add no special tokens.")
    private boolean plain;

    /** The output of {@code --json}. */
    record Report(String model, int count, List<Token> tokens) {}

    /** A token; bytes that are not a whole character are shown as U+FFFD in its text. */
    record Token(int id, String text) {}

    @Override
    public Integer call() throws IOException {
        Tokenizer tokenizer = tokenizer();
        String input = text == null ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8) : text;
        int[] ids = plain ? tokenizer.encodePlain(input) : tokenizer.encodeWhole(input);
        List<Token> tokens =
                Arrays.stream(ids).mapToObj(id -> token(tokenizer, id)).toList();
        tokens.forEach(token -> output.note(String.format(Locale.ROOT, "%7d  %s", token.id(), visible(token.text()))));
        String line = Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" "));
        output.result(new Report(model.name(), ids.length, tokens), line);
        return 0;
    }

    private Tokenizer tokenizer() {
        try {
            return Tokenizer.of(vocabulary(model.path()));
        } catch (IllegalArgumentException e) {
            throw new BadInputException(model.path() + ": " + e.getMessage());
        }
    }

    private static Vocabulary vocabulary(Path path) {
        if (StoredFolder.is(path)) {
            return stored(path);
        }
        if (Files.isDirectory(path)) {
            return VocabularyFiles.read(path);
        }
        try (GgufFile file = GgufFile.open(path)) {
            return GgufVocabulary.read(file.metadata());
        }
    }

    private static Vocabulary stored(Path path) {
        try (ModelFolder source = StoredFolder.open(path).source()) {
            return switch (source.keys()) {
                case Metadata metadata -> GgufVocabulary.read(metadata);
                case ConfigKeys config -> VocabularyFiles.read(path);
            };
        }
    }

    private static Token token(Tokenizer tokenizer, int id) {
        return new Token(id, new String(tokenizer.bytes().get(id), StandardCharsets.UTF_8));
    }

    private static String visible(String text) {
        return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    }
}

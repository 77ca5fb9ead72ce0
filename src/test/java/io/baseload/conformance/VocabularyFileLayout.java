package io.baseload.conformance;

import io.baseload.chat.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** llama.cpp's vocabulary tests: {@code X.gguf} with texts in {@code X.gguf.inp} and their ids in {@code X.gguf.out}. */
final class VocabularyFileLayout implements FolderLayout {
    private static final String SEPARATOR = "\n__ggml_vocab_test__\n";

    @Override
    public List<Suite> suites(Folder folder, Models models) {
        var suites = new ArrayList<Suite>();
        for (Path gguf : folder.endingIn(".gguf")) {
            Optional<Path> texts = folder.file(gguf.getFileName() + ".inp");
            Optional<Path> ids = folder.file(gguf.getFileName() + ".out");
            if (texts.isPresent() && ids.isPresent()) {
                suites.add(new Suite(folder.label(texts.get()), tally -> check(tally, gguf, texts.get(), ids.get())));
            }
        }
        return suites;
    }

    private static void check(Tally tally, Path gguf, Path inp, Path out) throws IOException {
        Tokenizer tokenizer = Tokenizers.of(gguf);
        String[] texts = Files.readString(inp).split(SEPARATOR, -1);
        List<String> lines = Files.readAllLines(out);
        for (int i = 0; i < lines.size(); i++) {
            int[] given = tokenizer.encodePlain(texts[i]);
            int[] expected = ids(lines.get(i));
            tally.count("text " + (i + 1), ConformanceJson.equal(given, expected));
        }
    }

    private static int[] ids(String line) {
        return Arrays.stream(line.strip().split(" +"))
                .filter(id -> !id.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}

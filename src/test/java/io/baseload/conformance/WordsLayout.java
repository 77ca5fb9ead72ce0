package io.baseload.conformance;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Checkpoints whose {@code expected.json} says what their tokenizer and chat template give: a suite for the folder's own tokenizer. */
final class WordsLayout implements FolderLayout {
    @Override
    public List<Suite> suites(Folder folder, Models models) {
        Optional<JsonNode> expected =
                folder.json("expected.json").filter(json -> ConformanceJson.has(json, "tokenization"));
        boolean words = folder.file("tokenizer.json").isPresent()
                || folder.file("tokenizer.model").isPresent();
        return expected.isPresent() && words
                ? List.of(new Suite(
                        folder.name() + ":words",
                        tally -> new WordsCheck(expected.get(), false)
                                .run(tally, Tokenizers.of(folder.path().resolve("tokenizer.json")))))
                : List.of();
    }
}

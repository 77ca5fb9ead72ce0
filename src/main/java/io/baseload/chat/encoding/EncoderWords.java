package io.baseload.chat.encoding;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.ModelTask;
import io.baseload.engine.api.Vocabulary;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An encoder's tokenizer and the text settings of its files. */
record EncoderWords(ModelTask task, Tokenizer tokenizer, EncoderSettings settings) {

    /** @throws ModelFileException if the files are broken, or the tokenizer of a model that ranks can't join two texts */
    static EncoderWords of(ModelTask task, Vocabulary vocabulary, Path model) {
        try {
            Tokenizer tokenizer = Tokenizer.of(vocabulary);
            if (task == ModelTask.RANK) {
                int[] pair = tokenizer.encodePair("a", "b").tokens();
                tokenizer.bytes().requireKnown(pair, problem -> refuse(model, "the tokenizer " + problem));
            }
            return new EncoderWords(task, tokenizer, EncoderSettings.of(vocabulary));
        } catch (IllegalArgumentException e) {
            throw refuse(model, String.valueOf(e.getMessage()));
        }
    }

    private static ModelFileException refuse(Path model, String problem) {
        return new ModelFileException(model, -1, problem);
    }

    /**
     * The tokens of each text, read only when it is its turn.
     *
     * @throws InvalidRequestException if the model has another purpose, or has no such prompt
     */
    Stream<EncoderText> read(EncodingInput input) {
        return switch (input) {
            case EncodingInput.Documents documents -> {
                require(ModelTask.RANK, "computes embeddings: send texts as 'input' to /v1/embeddings.");
                String query = settings.read(documents.query());
                yield documents.documents().stream()
                        .map(document -> tokenizer.encodePair(query, settings.read(document)));
            }
            case EncodingInput.Texts texts -> {
                requireEmbeds();
                String prompt = prompt(texts.prompt());
                yield texts.texts().stream()
                        .map(text -> EncoderText.of(tokenizer.encodeWhole(settings.read(prompt + text))));
            }
            case EncodingInput.Tokens tokens -> {
                requireEmbeds();
                yield tokens.texts().stream().map(ids -> EncoderText.of(ids.clone()));
            }
        };
    }

    /** The tokens that each text of an input has even if it is empty: those of a prompt or query, and those that the tokenizer adds. */
    int[] withoutText(EncodingInput input) {
        return switch (input) {
            case EncodingInput.Documents documents ->
                tokenizer.encodePair(settings.read(documents.query()), "").tokens();
            case EncodingInput.Texts texts -> tokenizer.encodeWhole(settings.read(prompt(texts.prompt())));
            case EncodingInput.Tokens tokens -> new int[0];
        };
    }

    private void requireEmbeds() {
        require(ModelTask.EMBED, "ranks documents: send 'query' and 'documents' to /v1/rerank.");
    }

    private void require(ModelTask wanted, String what) {
        if (task != wanted) {
            throw new InvalidRequestException("model", "unsupported_value", "This model " + what);
        }
    }

    private String prompt(Optional<String> name) {
        return name.or(settings::defaultPrompt).map(this::prompt).orElse("");
    }

    private String prompt(String name) {
        String text = settings.prompts().get(name);
        if (text == null) {
            String names = settings.prompts().keySet().stream().sorted().collect(Collectors.joining("', '", "'", "'"));
            throw new InvalidRequestException(
                    "prompt_name",
                    "invalid_value",
                    settings.prompts().isEmpty()
                            ? "This model's files define no prompts: omit 'prompt_name'."
                            : "Invalid value: '" + name + "'. Supported values are: " + names + ".");
        }
        return text;
    }
}

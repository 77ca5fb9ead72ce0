package io.baseload.chat.encoding;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * The use of an encoder according to its files.
 *
 * @param lowercases whether texts are converted to lower case before they are tokenized
 * @param prompts texts that are placed before others, by name, as in sentence-transformers
 * @param defaultPrompt the name of the one that is used if the request names none
 * @param shortens whether vectors may be shortened: the model was trained so that their first numbers carry the most information
 * @param lengths allowed shorter lengths; empty = any length
 */
record EncoderSettings(
        boolean lowercases,
        Map<String, String> prompts,
        Optional<String> defaultPrompt,
        boolean shortens,
        Set<Integer> lengths) {
    private static final String TRANSFORMER = "sentence_bert_config.json";
    private static final String SENTENCES = "config_sentence_transformers.json";
    private static final String CONFIG = "config.json";
    private static final JsonMapper JSON = new JsonMapper();

    /** @throws ModelFileException if a file is broken */
    static EncoderSettings of(Vocabulary vocabulary) {
        return switch (vocabulary) {
            case Vocabulary.Gguf gguf -> new EncoderSettings(false, Map.of(), Optional.empty(), false, Set.of());
            case Vocabulary.Files files -> of(files);
        };
    }

    /** A text as the tokenizer gets it. */
    String read(String text) {
        return lowercases ? text.toLowerCase(Locale.ROOT) : text;
    }

    private static EncoderSettings of(Vocabulary.Files files) {
        Map<String, String> prompts = new TreeMap<>();
        JsonNode sentences = read(files, SENTENCES);
        sentences.path("prompts").properties().forEach(prompt -> prompts.put(prompt.getKey(), text(files, prompt)));
        Optional<String> standard =
                sentences.path("default_prompt_name").stringValueOpt().filter(name -> !name.isEmpty());
        standard.filter(name -> !prompts.containsKey(name)).ifPresent(name -> {
            throw refuse(files, SENTENCES, "default_prompt_name is " + name + ", which is none of its prompts");
        });
        JsonNode config = read(files, CONFIG);
        Set<Integer> lengths = new TreeSet<>();
        config.path("matryoshka_dimensions").valueStream().forEach(length -> lengths.add(length.asInt(0)));
        boolean shortens = !lengths.isEmpty() || config.path("is_matryoshka").asBoolean(false);
        boolean lowercases = read(files, TRANSFORMER).path("do_lower_case").asBoolean(false);
        return new EncoderSettings(lowercases, Map.copyOf(prompts), standard, shortens, lengths);
    }

    private static String text(Vocabulary.Files files, Map.Entry<String, JsonNode> prompt) {
        return prompt.getValue()
                .stringValueOpt()
                .orElseThrow(() -> refuse(files, SENTENCES, "the prompt " + prompt.getKey() + " must be a text"));
    }

    private static JsonNode read(Vocabulary.Files files, String name) {
        byte[] bytes = files.files().get(name);
        if (bytes == null) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(new String(bytes, StandardCharsets.UTF_8));
        } catch (JacksonException e) {
            throw refuse(files, name, e.getOriginalMessage());
        }
    }

    private static ModelFileException refuse(Vocabulary.Files files, String name, String problem) {
        return new ModelFileException(files.folder().resolve(name), -1, problem);
    }
}

package io.baseload.chat.tokenizer;

import io.baseload.engine.api.ModelFileException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Reads {@code tokenizer_config.json}, {@code special_tokens_map.json}, {@code added_tokens.json}, {@code generation_config.json} and {@code config.json}. */
final class FolderConfigReader {
    /** More than the size of any vocabulary, so that a bad id can't cause a huge table. */
    static final int MAX_TOKENS = 1 << 22;

    private static final String TOKENIZER = "tokenizer_config.json";
    private static final String SPECIAL = "special_tokens_map.json";
    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final JsonFiles files;
    private final JsonNode tokenizer;
    private final JsonNode specialMap;

    FolderConfigReader(JsonFiles files) {
        this.files = files;
        tokenizer = files.object(TOKENIZER);
        specialMap = files.object(SPECIAL);
    }

    FolderConfig read() {
        JsonNode config = files.object("config.json");
        Set<Integer> stops = new TreeSet<>(stops("config.json", config.path("eos_token_id")));
        stops.addAll(stops("config.json", config.path("text_config").path("eos_token_id")));
        stops.addAll(stops(
                "generation_config.json", files.object("generation_config.json").path("eos_token_id")));
        return new FolderConfig(
                config.path("model_type").asString(""),
                tokenizer.path("tokenizer_class").asString("BertTokenizer"),
                vocabularySize(config),
                token("bos_token"),
                token("eos_token"),
                flag("add_bos_token"),
                flag("add_eos_token"),
                flag("legacy").orElse(true),
                normalization(),
                added(),
                special(),
                Set.copyOf(stops),
                new FolderTemplates(files, tokenizer).read());
    }

    private int vocabularySize(JsonNode config) {
        JsonNode size = config.has("vocab_size")
                ? config.path("vocab_size")
                : config.path("text_config").path("vocab_size");
        return size.isMissingNode() ? 0 : id("config.json", "vocab_size", size);
    }

    /** A token's text from the tokenizer's configuration or, if it isn't there, from the map of special tokens; a null value means no token. */
    private Optional<String> token(String role) {
        return text(tokenizer.has(role) ? tokenizer.path(role) : specialMap.path(role));
    }

    /** The text of a token given as text or as an object with its content. */
    private static Optional<String> text(JsonNode token) {
        return Optional.of(token.isObject() ? token.path("content") : token)
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .filter(Predicate.not(String::isEmpty));
    }

    private Optional<Boolean> flag(String key) {
        JsonNode value = tokenizer.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw files.refuse(TOKENIZER, -1, key + " is " + value + ", expected true or false");
        }
        return Optional.of(value.asBoolean());
    }

    /** With transformers' defaults. */
    private WordPieces.Normalization normalization() {
        boolean lowercase = flag("do_lower_case").orElse(true);
        return new WordPieces.Normalization(
                lowercase,
                flag("strip_accents").orElse(lowercase),
                flag("tokenize_chinese_chars").orElse(true));
    }

    private Set<String> special() {
        Set<String> texts = new HashSet<>();
        ROLES.forEach(role -> token(role).ifPresent(texts::add));
        for (JsonNode file : List.of(tokenizer, specialMap)) {
            for (String key : List.of("additional_special_tokens", "extra_special_tokens")) {
                file.path(key).forEach(token -> text(token).ifPresent(texts::add));
            }
        }
        return Set.copyOf(texts);
    }

    private List<AddedToken> added() {
        List<AddedToken> added = new ArrayList<>();
        tokenizer.path("added_tokens_decoder").properties().forEach(e -> added.add(decoded(e.getKey(), e.getValue())));
        files.object("added_tokens.json")
                .properties()
                .forEach(e ->
                        added.add(AddedToken.of(id("added_tokens.json", e.getKey(), e.getValue()), e.getKey(), false)));
        return List.copyOf(added);
    }

    private AddedToken decoded(String id, JsonNode token) {
        if (!id.matches("\\d{1,7}")
                || Integer.parseInt(id) >= MAX_TOKENS
                || !token.path("content").isString()) {
            throw files.refuse(TOKENIZER, -1, "added_tokens_decoder has \"" + id + "\", expected an id and its token");
        }
        return added(Integer.parseInt(id), token);
    }

    /** A token in the format of tokenizer.json and tokenizer_config.json. */
    static AddedToken added(int id, JsonNode token) {
        return new AddedToken(
                id,
                token.path("content").asString(""),
                token.path("special").asBoolean(false),
                token.path("single_word").asBoolean(false),
                token.path("lstrip").asBoolean(false),
                token.path("rstrip").asBoolean(false),
                token.path("normalized").asBoolean(false));
    }

    /** Ids given as one id or as a list of ids. */
    private List<Integer> stops(String file, JsonNode ids) {
        Stream<JsonNode> values = ids.isArray() ? ids.valueStream() : Stream.of(ids);
        return values.filter(id -> !id.isMissingNode() && !id.isNull())
                .map(id -> id(file, "eos_token_id", id))
                .toList();
    }

    private int id(String file, String key, JsonNode id) {
        if (!id.isInt() || id.asInt() < 0 || id.asInt() >= MAX_TOKENS) {
            throw refuse(file, key, id);
        }
        return id.asInt();
    }

    private ModelFileException refuse(String file, String key, JsonNode value) {
        return files.refuse(file, -1, key + " is " + value + ", expected 0 to " + (MAX_TOKENS - 1));
    }
}

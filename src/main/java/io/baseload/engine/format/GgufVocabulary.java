package io.baseload.engine.format;

import io.baseload.engine.api.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** The vocabulary in the {@code tokenizer.*} keys of a GGUF file. */
public final class GgufVocabulary {
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    /** Possible texts of the token that ends a turn, for files without a key for it. */
    private static final Set<String> END_OF_TURN =
            Set.of("<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "<|endofturn|>", "<|end_of_turn|>", "<EOT>");

    private final Metadata keys;

    private GgufVocabulary(Metadata keys) {
        this.keys = keys;
    }

    /**
     * The vocabulary in a file.
     *
     * @throws io.baseload.engine.api.ModelFileException if a key is missing, of the wrong type or contradicts the others
     */
    public static Vocabulary.Gguf read(Metadata metadata) {
        return new GgufVocabulary(metadata).read();
    }

    private Vocabulary.Gguf read() {
        String model = keys.string("tokenizer.ggml.model")
                .orElseThrow(() -> keys.refuse("tokenizer.ggml.model", "is missing"));
        List<String> tokens = keys.strings("tokenizer.ggml.tokens");
        if (tokens.isEmpty()) {
            throw keys.refuse("tokenizer.ggml.tokens", "is missing or empty");
        }
        List<Integer> types = keys.integers("tokenizer.ggml.token_type");
        float[] scores = keys.floats("tokenizer.ggml.scores");
        perToken("tokenizer.ggml.token_type", types.size(), tokens.size());
        perToken("tokenizer.ggml.scores", scores.length, tokens.size());
        OptionalInt eot = id("eot_token_id", tokens.size());
        return new Vocabulary.Gguf(
                keys.string("general.name"),
                model,
                keys.string("tokenizer.ggml.pre"),
                tokens,
                types,
                scores,
                keys.strings("tokenizer.ggml.merges"),
                id("bos_token_id", tokens.size()),
                id("eos_token_id", tokens.size()),
                eot.isPresent() ? eot : endOfTurn(tokens, types),
                id("unknown_token_id", tokens.size()),
                id("seperator_token_id", tokens.size()), // the format's spelling
                keys.flag("tokenizer.ggml.add_bos_token"),
                keys.flag("tokenizer.ggml.add_eos_token"),
                keys.flag("tokenizer.ggml.add_sep_token"),
                keys.flag("tokenizer.ggml.add_space_prefix"),
                keys.flag("tokenizer.ggml.remove_extra_whitespaces"),
                keys.bytes("tokenizer.ggml.precompiled_charsmap"),
                chatTemplates());
    }

    private Map<String, String> chatTemplates() {
        Map<String, String> templates = new TreeMap<>();
        for (String name : keys.strings("tokenizer.chat_templates")) {
            keys.string("tokenizer.chat_template." + name).ifPresent(source -> templates.put(name, source));
        }
        keys.string("tokenizer.chat_template").ifPresent(source -> templates.put(Vocabulary.DEFAULT_TEMPLATE, source));
        return Map.copyOf(templates);
    }

    private void perToken(String key, int found, int tokens) {
        if (found != 0 && found != tokens) {
            throw keys.refuse(key, "has " + found + " elements, but there are " + tokens + " tokens");
        }
    }

    private OptionalInt id(String name, int tokens) {
        String key = "tokenizer.ggml." + name;
        OptionalLong id = keys.integer(key);
        if (id.isPresent() && (id.getAsLong() < 0 || id.getAsLong() >= tokens)) {
            throw keys.refuse(key, "is " + id.getAsLong() + ", but there are " + tokens + " tokens");
        }
        return id.isPresent() ? OptionalInt.of((int) id.getAsLong()) : OptionalInt.empty();
    }

    private static OptionalInt endOfTurn(List<String> tokens, List<Integer> types) {
        for (int i = 0; i < types.size(); i++) {
            boolean special = types.get(i) == CONTROL || types.get(i) == USER_DEFINED;
            if (special && END_OF_TURN.contains(tokens.get(i))) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }
}

package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;

/** Writes a vocabulary in the form of Hugging Face's {@code tokenizer.json}, which the tokenizers library reads. */
final class TokenizerJson {
    private final Vocabulary.Gguf vocabulary;
    private final boolean withSpecialTokens;
    private final JsonText json = new JsonText();
    private boolean first = true;

    private TokenizerJson(Vocabulary.Gguf vocabulary, boolean withSpecialTokens) {
        this.vocabulary = vocabulary;
        this.withSpecialTokens = withSpecialTokens;
    }

    /**
     * @param withSpecialTokens false for a tokenizer that takes the texts of special tokens as ordinary text
     * @throws IllegalArgumentException if the vocabulary is of an unknown kind
     */
    static String of(Vocabulary.Gguf vocabulary, boolean withSpecialTokens) {
        TokenizerJson writer = new TokenizerJson(vocabulary, withSpecialTokens);
        return switch (vocabulary.model()) {
            case "gpt2" -> writer.byteLevel();
            case "llama" -> writer.sentencePiece();
            default ->
                throw new IllegalArgumentException("tokenizer.ggml.model is \"" + vocabulary.model()
                        + "\", which this version doesn't know; it knows gpt2 and llama");
        };
    }

    private String byteLevel() {
        PreTokenizer pre = PreTokenizer.named(vocabulary.pre().orElse("default"));
        head("null");
        json.raw(",\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[");
        for (String pattern : pre.patterns()) {
            json.raw("{\"type\":\"Split\",\"behavior\":\"Isolated\",\"invert\":false,\"pattern\":{\"Regex\":")
                    .string(pattern)
                    .raw("}},");
        }
        json.raw("{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}]}");
        json.raw(",\"decoder\":null");
        model(pre.ignoreMerges(), false);
        for (String merge : vocabulary.merges()) {
            int space = merge.indexOf(' ', 1);
            if (space < 0) {
                throw new IllegalArgumentException("merge \"" + merge + "\" has no space between its two sides");
            }
            merge(merge.substring(0, space), merge.substring(space + 1));
        }
        return tail();
    }

    private String sentencePiece() {
        String prefix =
                vocabulary.addSpacePrefix().orElse(true) ? "{\"type\":\"Prepend\",\"prepend\":\"\u2581\"}," : "";
        head("{\"type\":\"Sequence\",\"normalizers\":[" + prefix
                + "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"}]}");
        json.raw(",\"pre_tokenizer\":null,\"decoder\":null");
        model(false, true);
        SentencePieceMerges.of(vocabulary).forEach(pair -> merge(pair.left(), pair.right()));
        return tail();
    }

    private void head(String normalizer) {
        json.raw("{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"normalizer\":" + normalizer);
        json.raw(",\"post_processor\":null,\"added_tokens\":[");
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
            TokenType type = TokenType.of(vocabulary, id);
            if (type.added() && (withSpecialTokens || !type.special())) {
                comma();
                json.raw("{\"id\":")
                        .number(id)
                        .raw(",\"content\":")
                        .string(vocabulary.tokens().get(id));
                json.raw(",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false,\"special\":");
                json.raw(type.special() ? "true}" : "false}");
            }
        }
        json.raw("]");
    }

    private void model(boolean ignoreMerges, boolean byteFallback) {
        json.raw(",\"model\":{\"type\":\"BPE\",\"dropout\":null,\"continuing_subword_prefix\":null");
        json.raw(",\"end_of_word_suffix\":null,\"ignore_merges\":" + ignoreMerges);
        json.raw(",\"byte_fallback\":" + byteFallback + ",\"fuse_unk\":" + byteFallback + ",\"unk_token\":");
        if (byteFallback) {
            json.string(vocabulary.tokens().get(vocabulary.unknown().orElse(0)));
        } else {
            json.raw("null");
        }
        json.raw(",\"vocab\":{");
        first = true;
        for (int id = 0; id < vocabulary.tokens().size(); id++) {
            if (withSpecialTokens || TokenType.of(vocabulary, id) != TokenType.CONTROL) {
                comma();
                json.string(vocabulary.tokens().get(id)).raw(":").number(id);
            }
        }
        json.raw("},\"merges\":[");
        first = true;
    }

    private void merge(String left, String right) {
        comma();
        json.raw("[").string(left).raw(",").string(right).raw("]");
    }

    private void comma() {
        json.raw(first ? "" : ",");
        first = false;
    }

    private String tail() {
        return json.raw("]}}").toString();
    }
}

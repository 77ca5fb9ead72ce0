package io.baseload.chat.tokenizer;

import java.util.List;

/** Writes a vocabulary in the form of Hugging Face's {@code tokenizer.json}, which the tokenizers library reads. */
final class TokenizerJson {
    private static final String SPACES = "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"}";

    private final JsonWriter json = new JsonWriter();
    private final TokenList tokens;
    private boolean first = true;

    private TokenizerJson(TokenList tokens) {
        this.tokens = tokens;
    }

    /**
     * BPE over GPT-2's byte alphabet or, if the pre-tokenizer requires it, over UTF-8 with ▁ for spaces.
     *
     * @param merges pairs "left right", best first
     * @param unknown the token for unknown text, in the second form
     */
    static String of(TokenList tokens, List<AddedToken> added, PreTokenizer pre, List<String> merges, int unknown) {
        TokenizerJson writer = new TokenizerJson(tokens);
        writer.head(pre.raw() ? SPACES : "null", added);
        writer.preTokenizer(pre);
        writer.model(pre.ignoreMerges(), pre.raw(), unknown);
        for (String merge : merges) {
            int space = merge.indexOf(' ', 1);
            if (space < 0) {
                throw new IllegalArgumentException("merge \"" + merge + "\" has no space between its two sides");
            }
            writer.merge(merge.substring(0, space), merge.substring(space + 1));
        }
        return writer.tail();
    }

    /** A sentencepiece BPE that adds its ▁ before every stretch or nowhere. */
    static String of(SentencePieces pieces, List<AddedToken> added, SentencePieceMerges merges) {
        TokenizerJson writer = new TokenizerJson(pieces.tokens());
        String prefix = pieces.prefix() == SentencePieces.Prefix.EVERY_STRETCH
                ? "{\"type\":\"Prepend\",\"prepend\":\"\u2581\"},"
                : "";
        writer.head("{\"type\":\"Sequence\",\"normalizers\":[" + prefix + SPACES + "]}", added);
        writer.json.raw(",\"pre_tokenizer\":null");
        writer.model(false, true, pieces.unknown());
        merges.pairs().forEach(pair -> writer.merge(pair.left(), pair.right()));
        return writer.tail();
    }

    private void head(String normalizer, List<AddedToken> added) {
        json.raw("{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"normalizer\":" + normalizer);
        json.raw(",\"post_processor\":null,\"decoder\":null,\"added_tokens\":");
        added(json, added);
    }

    /** The value of {@code added_tokens}. */
    static void added(JsonWriter json, List<AddedToken> added) {
        json.raw("[");
        for (int i = 0; i < added.size(); i++) {
            AddedToken token = added.get(i);
            json.raw(i == 0 ? "{\"id\":" : ",{\"id\":").number(token.id());
            json.raw(",\"content\":").string(token.text());
            json.raw(",\"single_word\":" + token.singleWord() + ",\"lstrip\":" + token.lstrip());
            json.raw(",\"rstrip\":" + token.rstrip() + ",\"normalized\":" + token.normalized());
            json.raw(",\"special\":" + token.special() + "}");
        }
        json.raw("]");
    }

    private void preTokenizer(PreTokenizer pre) {
        json.raw(",\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[");
        for (String pattern : pre.patterns()) {
            comma();
            json.raw("{\"type\":\"Split\",\"behavior\":\"Isolated\",\"invert\":false,\"pattern\":{\"Regex\":")
                    .string(pattern)
                    .raw("}}");
        }
        if (!pre.raw()) {
            comma();
            json.raw("{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}");
        }
        json.raw("]}");
    }

    private void model(boolean ignoreMerges, boolean byteFallback, int unknown) {
        json.raw(",\"model\":{\"type\":\"BPE\",\"dropout\":null,\"continuing_subword_prefix\":null");
        json.raw(",\"end_of_word_suffix\":null,\"ignore_merges\":" + ignoreMerges);
        json.raw(",\"byte_fallback\":" + byteFallback + ",\"fuse_unk\":" + byteFallback + ",\"unk_token\":");
        if (byteFallback) {
            json.string(tokens.text(unknown));
        } else {
            json.raw("null");
        }
        json.raw(",\"vocab\":{");
        first = true;
        for (int id = 0; id < tokens.size(); id++) {
            comma();
            json.string(tokens.text(id)).raw(":").number(id);
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

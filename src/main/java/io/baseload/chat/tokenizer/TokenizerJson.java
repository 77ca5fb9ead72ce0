package io.baseload.chat.tokenizer;

import java.util.ArrayList;
import java.util.Base64;
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

    /** BERT's word pieces, with [CLS] before a text and [SEP] after it, and after a second one. */
    static String of(WordPieces words, List<AddedToken> added) {
        TokenizerJson writer = new TokenizerJson(words.tokens());
        WordPieces.Normalization form = words.normalization();
        String normalizer = "{\"type\":\"BertNormalizer\",\"clean_text\":true,\"handle_chinese_chars\":"
                + form.separatesChinese() + ",\"strip_accents\":" + form.stripsAccents() + ",\"lowercase\":"
                + form.lowercase() + "}";
        writer.head(normalizer, writer.frame(), added);
        writer.json.raw(",\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"}");
        writer.json.raw(",\"model\":{\"type\":\"WordPiece\",\"continuing_subword_prefix\":\"" + WordPieces.CONTINUED);
        writer.json.raw("\",\"max_input_chars_per_word\":100,\"unk_token\":\"" + WordPieces.UNKNOWN + "\"");
        writer.vocabulary();
        return writer.json.raw("}}").toString();
    }

    /** Pieces with scores. Words are cut at spaces, as transformers does for XLM-R, before they become pieces. */
    static String of(Unigram unigram, List<AddedToken> added) {
        TokenizerJson writer = new TokenizerJson(unigram.tokens());
        List<String> normalizers = new ArrayList<>();
        if (unigram.characterMap().length > 0) {
            String map = Base64.getEncoder().encodeToString(unigram.characterMap());
            normalizers.add("{\"type\":\"Precompiled\",\"" + CharacterMap.NAME + "\":\"" + map + "\"}");
        }
        if (unigram.prefixed() && !unigram.mergesSpaces()) {
            normalizers.add("{\"type\":\"Prepend\",\"prepend\":\"\u2581\"}");
        }
        writer.head("{\"type\":\"Sequence\",\"normalizers\":[" + String.join(",", normalizers) + "]}", added);
        String split = "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"Removed\",\"invert\":false},";
        writer.json.raw(",\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[");
        writer.json.raw(unigram.mergesSpaces() ? split : "");
        writer.json.raw("{\"type\":\"Metaspace\",\"replacement\":\"\u2581\",\"split\":true,\"prepend_scheme\":\"");
        writer.json.raw(unigram.mergesSpaces() ? "always" : "never").raw("\"}]}");
        writer.json.raw(",\"model\":{\"type\":\"Unigram\",\"byte_fallback\":false,\"unk_id\":");
        writer.json.number(unigram.unknown()).raw(",\"vocab\":[");
        for (Unigram.Piece piece : unigram.pieces(added)) {
            writer.comma();
            writer.json.raw("[").string(piece.text()).raw("," + (double) piece.score() + "]");
        }
        return writer.tail();
    }

    /** The post-processor of word pieces. */
    private String frame() {
        String first = special(WordPieces.FIRST, 0);
        String single = first + "," + sequence("A", 0) + "," + special(WordPieces.LAST, 0);
        String second = sequence("B", 1) + "," + special(WordPieces.LAST, 1);
        return "{\"type\":\"TemplateProcessing\",\"single\":[" + single + "],\"pair\":[" + single + "," + second
                + "],\"special_tokens\":{" + framing(WordPieces.FIRST) + "," + framing(WordPieces.LAST) + "}}";
    }

    private static String special(String token, int segment) {
        return "{\"SpecialToken\":{\"id\":\"" + token + "\",\"type_id\":" + segment + "}}";
    }

    private static String sequence(String name, int segment) {
        return "{\"Sequence\":{\"id\":\"" + name + "\",\"type_id\":" + segment + "}}";
    }

    private String framing(String token) {
        int id = tokens.find(token).orElseThrow();
        return "\"" + token + "\":{\"id\":\"" + token + "\",\"ids\":[" + id + "],\"tokens\":[\"" + token + "\"]}";
    }

    private void head(String normalizer, List<AddedToken> added) {
        head(normalizer, "null", added);
    }

    private void head(String normalizer, String postProcessor, List<AddedToken> added) {
        json.raw("{\"version\":\"1.0\",\"truncation\":null,\"padding\":null,\"normalizer\":" + normalizer);
        json.raw(",\"post_processor\":" + postProcessor + ",\"decoder\":null,\"added_tokens\":");
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
        vocabulary();
        json.raw(",\"merges\":[");
        first = true;
    }

    private void vocabulary() {
        json.raw(",\"vocab\":{");
        first = true;
        for (int id = 0; id < tokens.size(); id++) {
            comma();
            json.string(tokens.text(id)).raw(":").number(id);
        }
        json.raw("}");
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

package io.baseload.chat.tokenizer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * BERT's vocabulary of word pieces (Wu et al., 2016), for files that have only its tokens: words and punctuation are separated, then each word is cut greedily into its longest pieces.
 *
 * @param tokens by id; a piece that continues a word begins with ##
 */
record WordPieces(TokenList tokens, Normalization normalization) {
    static final String CONTINUED = "##";
    static final String UNKNOWN = "[UNK]";
    static final String FIRST = "[CLS]";
    static final String LAST = "[SEP]";

    /** The tokens that aren't text. */
    private static final Set<String> SPECIAL = Set.of("[PAD]", UNKNOWN, FIRST, LAST, "[MASK]");

    /**
     * The form in which words are looked up.
     *
     * @param separatesChinese whether each Chinese character is a word
     */
    record Normalization(boolean lowercase, boolean stripsAccents, boolean separatesChinese) {}

    /** @throws IllegalArgumentException if one of the tokens is missing that texts are framed by */
    WordPieces {
        for (String token : List.of(UNKNOWN, FIRST, LAST)) {
            if (tokens.find(token).isEmpty()) {
                throw new IllegalArgumentException("the vocabulary has no token " + token);
            }
        }
    }

    /**
     * A vocabulary in GGUF, which marks pieces that begin a word by ▁ and doesn't say whether case counts: it does if any piece has an upper-case letter.
     *
     * @param tokens in GGUF's form
     */
    static WordPieces ofGguf(TokenList tokens) {
        List<String> texts = new ArrayList<>();
        boolean cased = false;
        for (int id = 0; id < tokens.size(); id++) {
            String text = tokens.text(id);
            if (tokens.type(id).special() || text.startsWith("\u2581")) {
                texts.add(text.startsWith("\u2581") ? text.substring(1) : text);
            } else {
                texts.add(CONTINUED + text);
            }
            cased |= !tokens.type(id).special() && !placeholder(texts.getLast()) && hasCase(text);
        }
        return new WordPieces(
                new TokenList(List.copyOf(texts), tokens.types()), new Normalization(!cased, !cased, true));
    }

    /** Whether a letter has another form in lower case. Some, such as ℂ, have none. */
    private static boolean hasCase(String text) {
        return text.chars().anyMatch(letter -> Character.toLowerCase(letter) != letter);
    }

    /** Whether a token is something like [unused12] or [CLS]. */
    private static boolean placeholder(String text) {
        return text.startsWith("[") && text.endsWith("]");
    }

    /** The tokens that aren't text, as far as {@code known} doesn't have them. */
    List<AddedToken> special(List<AddedToken> known) {
        Set<String> texts = new HashSet<>();
        known.forEach(token -> texts.add(token.text()));
        return SPECIAL.stream()
                .sorted()
                .filter(Predicate.not(texts::contains))
                .flatMap(text -> tokens.find(text).stream().mapToObj(id -> AddedToken.of(id, text, true)))
                .toList();
    }

    /**
     * The tokenizer of these pieces.
     *
     * @param added tokens whose texts are recognized in a text
     * @param least number of ids that the model has at least
     */
    TokenizerParts parts(List<AddedToken> added, int least, Set<Integer> stops) {
        TokenList all = tokens.with(added, least);
        TokenBytes bytes = TokenBytes.of(all, false);
        Supplier<Encoder> plain =
                new Lazy<>(() -> NativeTokenizer.read(TokenizerJson.of(this, AddedToken.ordinary(added))));
        return new TokenizerParts(
                all,
                bytes,
                bytes,
                AddedTexts.special(added),
                NativeTokenizer.read(TokenizerJson.of(this, added)),
                plain,
                plain,
                FIRST,
                LAST,
                stops,
                false,
                false,
                Map.of());
    }
}

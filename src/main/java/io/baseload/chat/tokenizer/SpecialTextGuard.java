package io.baseload.chat.tokenizer;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Prevents users' texts from becoming control tokens. Before a template is rendered, each special token's text in a user's text is replaced by a private-use character that occurs nowhere in
 * the conversation. In the rendered text, stretches between special tokens that contain such a character are tokenized as ordinary text, each as one piece with the original texts;
 * everything else is tokenized together, because splitting it elsewhere would change its tokens.
 */
public final class SpecialTextGuard {
    private static final int FIRST_PRIVATE_USE = 0xE000;
    private static final int LAST_PRIVATE_USE = 0xF8FF;

    private final Tokenizer tokenizer;
    private final AddedTexts special;
    private final BitSet taken = new BitSet();
    private final Map<String, Character> sentinels = new HashMap<>();
    private final Map<Character, String> meanings = new HashMap<>();

    /**
     * @param texts all texts that may occur in the rendered one
     */
    SpecialTextGuard(Tokenizer tokenizer, AddedTexts special, List<String> texts) {
        this.tokenizer = tokenizer;
        this.special = special;
        texts.stream()
                .flatMapToInt(String::chars)
                .filter(c -> c >= FIRST_PRIVATE_USE && c <= LAST_PRIVATE_USE)
                .forEach(taken::set);
    }

    /** The text for the template. */
    public String guard(String text) {
        return special.replace(text, token -> String.valueOf(sentinel(token.text())));
    }

    /** The rendered text for users. */
    public String restore(String rendered) {
        StringBuilder text = new StringBuilder(rendered.length());
        rendered.chars().forEach(c -> text.append(meanings.getOrDefault((char) c, String.valueOf((char) c))));
        return text.toString();
    }

    /** The tokens of the rendered text. */
    public int[] encode(String rendered) {
        if (meanings.isEmpty()) {
            return tokenizer.encode(rendered);
        }
        IntStream.Builder tokens = IntStream.builder();
        int done = 0;
        int from = 0;
        for (AddedTexts.Found found : special.find(rendered)) {
            done = stretch(rendered, done, from, found.start(), tokens);
            from = found.end();
        }
        done = stretch(rendered, done, from, rendered.length(), tokens);
        add(tokenizer.encode(rendered.substring(done)), tokens);
        return tokens.build().toArray();
    }

    /** Tokenizes up to a stretch's end if it contains a user's special text; returns the end of the tokenized part. */
    private int stretch(String rendered, int done, int from, int to, IntStream.Builder tokens) {
        if (rendered.substring(from, to).chars().noneMatch(c -> meanings.containsKey((char) c))) {
            return done;
        }
        add(tokenizer.encode(rendered.substring(done, from)), tokens);
        String text = restore(rendered.substring(from, to));
        add(from == 0 ? tokenizer.encodePlain(text) : tokenizer.encodePlainAfterSpecial(text), tokens);
        return to;
    }

    private static void add(int[] some, IntStream.Builder tokens) {
        for (int token : some) {
            tokens.add(token);
        }
    }

    private char sentinel(String text) {
        return sentinels.computeIfAbsent(text, t -> {
            int free = taken.nextClearBit(FIRST_PRIVATE_USE);
            if (free > LAST_PRIVATE_USE) {
                throw new IllegalArgumentException("the conversation uses every private-use character");
            }
            taken.set(free);
            meanings.put((char) free, t);
            return (char) free;
        });
    }
}

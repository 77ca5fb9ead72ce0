package io.baseload.chat.tokenizer;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Keeps what users write from becoming control tokens. Before a template is rendered, each special token's text within a user's text is replaced by one
 * private-use character that occurs nowhere in the conversation; after that the rendered text is cut at these characters only, and what they stand for is
 * tokenized as ordinary text. Everything else is tokenized in one piece, as cutting elsewhere would change its tokens.
 */
public final class SpecialTextGuard {
    private static final int FIRST_PRIVATE_USE = 0xE000;
    private static final int LAST_PRIVATE_USE = 0xF8FF;

    private final Tokenizer tokenizer;
    private final SpecialTexts specialTexts;
    private final BitSet taken = new BitSet();
    private final Map<String, Character> sentinels = new HashMap<>();
    private final Map<Character, String> meanings = new HashMap<>();

    /**
     * @param texts all texts that may stand in the rendered one
     */
    SpecialTextGuard(Tokenizer tokenizer, SpecialTexts specialTexts, List<String> texts) {
        this.tokenizer = tokenizer;
        this.specialTexts = specialTexts;
        texts.stream()
                .flatMapToInt(String::chars)
                .filter(c -> c >= FIRST_PRIVATE_USE && c <= LAST_PRIVATE_USE)
                .forEach(taken::set);
    }

    /** The text as the template may see it. */
    public String guard(String text) {
        return specialTexts
                .pattern()
                .map(pattern -> pattern.matcher(text).replaceAll(found -> String.valueOf(sentinel(found.group()))))
                .orElse(text);
    }

    /** The rendered text as users may see it. */
    public String restore(String rendered) {
        StringBuilder text = new StringBuilder(rendered.length());
        rendered.chars().forEach(c -> text.append(meanings.getOrDefault((char) c, String.valueOf((char) c))));
        return text.toString();
    }

    /** Tokens of the rendered text. */
    public int[] encode(String rendered) {
        if (meanings.isEmpty()) {
            return tokenizer.encode(rendered);
        }
        List<int[]> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < rendered.length(); i++) {
            String meaning = meanings.get(rendered.charAt(i));
            if (meaning != null) {
                pieces.add(tokenizer.encode(rendered.substring(from, i)));
                pieces.add(tokenizer.encodePlain(meaning));
                from = i + 1;
            }
        }
        pieces.add(tokenizer.encode(rendered.substring(from)));
        return pieces.stream().flatMapToInt(IntStream::of).toArray();
    }

    private char sentinel(String special) {
        return sentinels.computeIfAbsent(special, text -> {
            int free = taken.nextClearBit(FIRST_PRIVATE_USE);
            if (free > LAST_PRIVATE_USE) {
                throw new IllegalArgumentException("the conversation uses every private-use character");
            }
            taken.set(free);
            meanings.put((char) free, text);
            return (char) free;
        });
    }
}

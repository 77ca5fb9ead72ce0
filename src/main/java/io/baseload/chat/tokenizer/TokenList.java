package io.baseload.chat.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/**
 * The tokens of a vocabulary by id, from whatever file.
 *
 * @param texts texts in the form that the algorithm uses (byte-level alphabet, ▁ …); empty for an id without a token
 * @param types types by id, of the same length
 */
record TokenList(List<String> texts, List<TokenType> types) {
    int size() {
        return texts.size();
    }

    String text(int id) {
        return texts.get(id);
    }

    TokenType type(int id) {
        return types.get(id);
    }

    OptionalInt find(String text) {
        int id = texts.indexOf(text);
        return id < 0 || text.isEmpty() ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** This table with a token as ordinary text. */
    TokenList asText(String text) {
        List<TokenType> newTypes = new ArrayList<>(types);
        newTypes.set(find(text).orElseThrow(), TokenType.NORMAL);
        return new TokenList(texts, List.copyOf(newTypes));
    }

    /** This table with the added tokens, and at least {@code least} tokens. */
    TokenList with(List<AddedToken> added, int least) {
        int size = Math.max(
                Math.max(least, size()),
                added.stream().mapToInt(token -> token.id() + 1).max().orElse(0));
        String[] newTexts = Arrays.copyOf(texts.toArray(String[]::new), size);
        Arrays.fill(newTexts, size(), size, "");
        List<TokenType> newTypes = new ArrayList<>(types);
        newTypes.addAll(Collections.nCopies(size - size(), TokenType.UNUSED));
        for (AddedToken token : added) {
            newTexts[token.id()] = token.text();
            newTypes.set(token.id(), token.special() ? TokenType.CONTROL : TokenType.USER_DEFINED);
        }
        return new TokenList(List.of(newTexts), List.copyOf(newTypes));
    }
}

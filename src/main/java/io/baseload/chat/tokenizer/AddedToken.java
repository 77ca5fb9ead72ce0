package io.baseload.chat.tokenizer;

import java.util.List;

/**
 * A token whose text is recognized in a text before anything is merged.
 *
 * @param special whether it is a control token; the others are text, and are recognized in users' texts too
 * @param singleWord whether it is recognized only without adjacent letters
 * @param lstrip whether it swallows white space before it
 * @param rstrip whether it swallows white space after it
 * @param normalized whether it is recognized after the text was normalized
 */
record AddedToken(
        int id, String text, boolean special, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized) {

    static AddedToken of(int id, String text, boolean special) {
        return new AddedToken(id, text, special, false, false, false, false);
    }

    /** Those of some tokens that are text. */
    static List<AddedToken> ordinary(List<AddedToken> tokens) {
        return tokens.stream().filter(token -> !token.special()).toList();
    }

    AddedToken asSpecial() {
        return new AddedToken(id, text, true, singleWord, lstrip, rstrip, normalized);
    }

    AddedToken swallowingSpaceBefore() {
        return new AddedToken(id, text, special, singleWord, true, rstrip, normalized);
    }

    AddedToken swallowingSpaceAfter() {
        return new AddedToken(id, text, special, singleWord, lstrip, true, normalized);
    }
}

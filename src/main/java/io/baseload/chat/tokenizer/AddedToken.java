package io.baseload.chat.tokenizer;

/**
 * A token whose text is found in a text before anything is merged.
 *
 * @param special whether it steers the model; the others are text, and are found in users' texts too
 * @param singleWord whether it is found only where no letter stands beside it
 * @param lstrip whether it swallows white space before it
 * @param rstrip whether it swallows white space after it
 * @param normalized whether it is looked for after the text was normalized
 */
record AddedToken(
        int id, String text, boolean special, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized) {

    static AddedToken of(int id, String text, boolean special) {
        return new AddedToken(id, text, special, false, false, false, false);
    }

    AddedToken asSpecial() {
        return new AddedToken(id, text, true, singleWord, lstrip, rstrip, normalized);
    }

    AddedToken swallowingSpaceAfter() {
        return new AddedToken(id, text, special, singleWord, lstrip, true, normalized);
    }
}

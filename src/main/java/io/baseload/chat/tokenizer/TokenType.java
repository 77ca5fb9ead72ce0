package io.baseload.chat.tokenizer;

import java.util.EnumSet;
import java.util.Set;

/** The type of a token, in the order of sentencepiece's and GGUF's numbers, from 1. */
enum TokenType {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    /** The types that merges can produce. */
    static final Set<TokenType> PIECES = EnumSet.of(NORMAL, USER_DEFINED, UNUSED);

    /**
     * @throws IllegalArgumentException if there is no such type; names the token
     */
    static TokenType numbered(long number, int id) {
        if (number < 1 || number > values().length) {
            throw new IllegalArgumentException(
                    "the type of token " + id + " is " + number + ", expected 1 to " + values().length);
        }
        return values()[(int) number - 1];
    }

    /** Whether the token controls the model and is not text. */
    boolean special() {
        return this == CONTROL || this == UNKNOWN;
    }

    /** Whether the token's text is recognized in a text before anything is merged. */
    boolean added() {
        return special() || this == USER_DEFINED;
    }
}

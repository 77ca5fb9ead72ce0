package io.baseload.chat.tokenizer;

import io.baseload.engine.api.Vocabulary;

/** What a token is for, by its number in {@code tokenizer.ggml.token_type}. */
enum TokenType {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    /** Normal where the file says nothing. */
    static TokenType of(Vocabulary.Gguf vocabulary, int id) {
        if (vocabulary.types().isEmpty()) {
            return NORMAL;
        }
        int number = vocabulary.types().get(id);
        if (number < 1 || number > values().length) {
            throw new IllegalArgumentException("tokenizer.ggml.token_type of token " + id + " is " + number
                    + ", expected 1 to " + values().length);
        }
        return values()[number - 1];
    }

    /** Whether the token steers the model and is not text. */
    boolean special() {
        return this == CONTROL || this == UNKNOWN;
    }

    /** Whether the token's text is found in a text before anything is merged. */
    boolean added() {
        return special() || this == USER_DEFINED;
    }
}

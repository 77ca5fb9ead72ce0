package io.baseload.chat.format;

import java.util.Optional;

/** Reads the value of a parameter and writes it as JSON. */
sealed interface ParameterReader permits TextValue, TypedValue, LiteralValue {
    JsonExtent.At accept(char c);

    /** After {@link JsonExtent.At#AFTER}: the last chars that don't belong to the value. */
    default String rest(char last) {
        return String.valueOf(last);
    }

    /** The end of an incomplete value: completes the written part to valid JSON. */
    void end();

    /** The end of the answer inside the value. If the value can be read as complete after all, it is written, and the chars after it are returned. */
    default Optional<String> overrun() {
        return Optional.empty();
    }

    /** Number of chars that are not yet written. */
    int held();
}

package io.baseload.chat.tools;

import java.util.Optional;

/** Reads the value of a parameter and writes it as JSON. */
sealed interface ParameterReader permits TextValue, TypedValue, LiteralValue {
    JsonExtent.At accept(char c);

    /** Nothing more of the value comes, though it isn't complete: what was read becomes valid JSON. */
    void end();

    /** The value has no end: what comes after it if it can be read as a complete one after all, which is then written. */
    default Optional<String> overrun() {
        return Optional.empty();
    }

    /** Chars that are not yet written. */
    int held();
}

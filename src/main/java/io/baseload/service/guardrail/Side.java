package io.baseload.service.guardrail;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The side that a filter checks. */
public enum Side {
    REQUEST,
    ANSWER;

    /** The name in JSON. */
    @JsonValue
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.baseload.service.guardrail;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a filter looks at. */
public enum Side {
    REQUEST,
    ANSWER;

    /** The name in JSON. */
    @JsonValue
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

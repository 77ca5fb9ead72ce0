package io.baseload.service.guardrail;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The handling of a kind of personal data. */
public enum Handling {
    /** Not searched for. */
    OFF,
    /** Only recorded in the trail. */
    REPORT,
    /** Replaced by a placeholder. */
    REDACT,
    BLOCK;

    /** The name in JSON. */
    @JsonValue
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.baseload.service.guardrail;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What is done with a kind of personal data where it is found. */
public enum Handling {
    /** It is not looked for. */
    OFF,
    /** Only the trail says so. */
    REPORT,
    /** A placeholder takes its place. */
    REDACT,
    BLOCK;

    /** The name in JSON. */
    @JsonValue
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

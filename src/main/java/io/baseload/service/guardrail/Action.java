package io.baseload.service.guardrail;

import java.util.Locale;

/** The action of a filter, the mildest first. */
public enum Action {
    ALLOW,
    REDACT,
    BLOCK;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

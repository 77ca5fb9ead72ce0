package io.baseload.service.guardrail;

import java.util.Locale;

/** What a filter did, the least first. */
public enum Action {
    ALLOW,
    REDACT,
    BLOCK;

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package io.baseload.service.tenant;

import java.util.Locale;

/** Whether somebody waits for what is asked with a key. */
public enum Priority {
    /** Somebody does, unless the request says otherwise. */
    INTERACTIVE,
    /** Nobody does: such requests get what the others leave. */
    BATCH;

    /** The name in JSON and SQL. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no priority has this name */
    public static Priority of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}

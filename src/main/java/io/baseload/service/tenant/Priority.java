package io.baseload.service.tenant;

import java.util.Locale;

/** Whether somebody waits for the requests of a key. */
public enum Priority {
    /** Somebody waits, unless the request says otherwise. */
    INTERACTIVE,
    /** Nobody waits: such requests get the capacity that the others leave. */
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

package io.baseload.service.tenant;

import java.util.Locale;

/** A calendar window in UTC. */
public enum Period {
    MINUTE,
    HOUR,
    DAY,
    MONTH;

    /** The name in JSON and SQL. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Period of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}

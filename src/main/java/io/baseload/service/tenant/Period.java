package io.baseload.service.tenant;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
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

    /** The beginning of the calendar window (UTC) that has this time. */
    public OffsetDateTime start(OffsetDateTime time) {
        var utc = time.withOffsetSameInstant(ZoneOffset.UTC);
        return switch (this) {
            case MINUTE -> utc.truncatedTo(ChronoUnit.MINUTES);
            case HOUR -> utc.truncatedTo(ChronoUnit.HOURS);
            case DAY -> utc.truncatedTo(ChronoUnit.DAYS);
            case MONTH -> utc.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1);
        };
    }

    public static Period of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}

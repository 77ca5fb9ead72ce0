package io.baseload.service.contents;

import java.util.Locale;

/** What of a request. */
public enum ContentPart {
    PROMPT,
    ANSWER;

    /** The name in JSON and SQL. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ContentPart of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }

    /** What the trail calls its digest. */
    public String digestName() {
        return wire() + "_digest";
    }
}

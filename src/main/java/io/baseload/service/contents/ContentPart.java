package io.baseload.service.contents;

import java.util.Locale;

/** The part of a request. */
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

    /** The name of its digest in the trail. */
    public String digestName() {
        return wire() + "_digest";
    }
}

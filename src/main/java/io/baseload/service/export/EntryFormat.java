package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/** How an entry is written as one line of JSON. */
public enum EntryFormat {
    /** The entry in canonical form, which is the hashed text, and its hash. */
    JSONL {
        @Override
        public String line(AuditEntry entry) {
            return "{\"entry\":" + new String(entry.canonical(), StandardCharsets.UTF_8) + ",\"hash\":\""
                    + HexFormat.of().formatHex(entry.hash()) + "\"}";
        }
    },
    /** An event of the Open Cybersecurity Schema Framework. */
    OCSF {
        @Override
        public String line(AuditEntry entry) {
            return JSON.writeValueAsString(OcsfEvent.of(entry));
        }
    };

    private static final JsonMapper JSON = new JsonMapper();

    /** Without a line end. */
    public abstract String line(AuditEntry entry);

    /** @throws IllegalArgumentException if there is no such format; the message lists the formats */
    public static EntryFormat of(String wire) {
        return Arrays.stream(values())
                .filter(format -> format.wire().equals(wire))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of "
                        + Arrays.stream(values()).map(EntryFormat::wire).collect(Collectors.joining(", "))));
    }

    /** The name in queries and configuration. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}

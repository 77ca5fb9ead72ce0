package io.baseload.service.audit;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An entry of the trail.
 *
 * @param detail JSON text, as hashed
 * @param previousHash 32 bytes; zeros for the first entry
 * @param hash SHA-256 of {@code previousHash} followed by {@link #canonical} in UTF-8
 */
public record AuditEntry(
        long seq,
        Instant at,
        String kind,
        Actor actor,
        String subject,
        String detail,
        byte[] previousHash,
        byte[] hash) {
    /** The kind of the entry before an answer's first token, with {@code reservation} in its detail. */
    public static final String COMPLETION_INTENT = "completion.intent";

    /** The kind of the entry after an answer's last token: one for each intent, and further ones with {@code correction}. */
    public static final String COMPLETION_OUTCOME = "completion.outcome";

    /** The kind of the entry written once per window when a budget exceeds its soft limit. */
    public static final String SOFT_LIMIT = "quota.soft_limit";

    /** The kind of the entry for a sign-in that succeeded. */
    public static final String SIGN_IN = "access.sign_in";

    /** The kind of the entry for a read of the trail. */
    public static final String READ = "admin.audit.read";

    /** Without Jackson's limits: whoever may append entries must not be able to append one that nobody can read, because nothing after it could be signed, archived or sent. */
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNameLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .build();

    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    static AuditEntry read(ResultSet row) throws SQLException {
        return new AuditEntry(
                row.getLong("seq"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getString("kind"),
                new Actor(row.getString("tenant"), row.getString("key_prefix")),
                row.getString("subject"),
                row.getString("detail"),
                row.getBytes("previous_hash"),
                row.getBytes("hash"));
    }

    /** The detail, which need not be an object, nor have the members that its kind suggests. */
    public JsonNode details() {
        return json(detail);
    }

    /** @throws tools.jackson.core.JacksonException if it is not JSON */
    static JsonNode json(String text) {
        return JSON.readTree(text);
    }

    /** The hashed text: JSON without spaces, members in alphabetical order, the time in UTC to the microsecond. */
    public byte[] canonical() {
        return text().getBytes(StandardCharsets.UTF_8);
    }

    static byte[] hash(byte[] predecessor, byte[] canonical) {
        var digest = Hashes.sha256();
        digest.update(predecessor);
        return digest.digest(canonical);
    }

    private String text() {
        return "{\"actor\":{\"key_prefix\":" + text(actor.keyPrefix()) + ",\"tenant\":" + text(actor.tenant())
                + "},\"at\":\"" + MICROSECONDS.format(at)
                + "\",\"detail\":" + detail
                + ",\"kind\":" + text(kind)
                + ",\"seq\":" + seq
                + ",\"subject\":" + text(subject) + "}";
    }

    /** A JSON text as written by RFC 8785 and PostgreSQL's {@code to_json}: only necessary escapes, hexadecimal digits in lower case. */
    private static String text(String value) {
        var json = new StringBuilder("\"");
        value.chars().forEach(character -> {
            switch (character) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\b' -> json.append("\\b");
                case '\f' -> json.append("\\f");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (character < ' ') {
                        json.append("\\u00").append(HexFormat.of().toHexDigits((byte) character));
                    } else {
                        json.append((char) character);
                    }
                }
            }
        });
        return json.append('"').toString();
    }
}

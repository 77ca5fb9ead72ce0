package io.baseload.service.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A signed statement that the trail had {@code seq} entries and ended in {@code hash}.
 *
 * @param signature Ed25519 over {@link #statement}
 */
record Checkpoint(long seq, byte[] hash, Instant at, byte[] signature) {
    private static final JsonMapper JSON = new JsonMapper();

    /** What is signed: JSON without blanks, members in alphabetical order, such as {@code {"at":"2026-11-24T10:00:00Z","hash":"9f…","seq":12}}. */
    static byte[] statement(long seq, byte[] hash, Instant at) {
        return JSON.writeValueAsString(members(seq, hash, at)).getBytes(StandardCharsets.UTF_8);
    }

    byte[] statement() {
        return statement(seq, hash, at);
    }

    /** A line of {@code audit-checkpoints.jsonl}: the statement with its signature in Base64. */
    String line() {
        var members = members(seq, hash, at);
        members.put("signature", Base64.getEncoder().encodeToString(signature));
        return JSON.writeValueAsString(members);
    }

    static Checkpoint parse(String line) {
        JsonNode node = JSON.readTree(line);
        return new Checkpoint(
                node.required("seq").asLong(),
                HexFormat.of().parseHex(node.required("hash").asString()),
                Instant.parse(node.required("at").asString()),
                Base64.getDecoder().decode(node.required("signature").asString()));
    }

    private static Map<String, Object> members(long seq, byte[] hash, Instant at) {
        var members = new TreeMap<String, Object>();
        members.put("at", at.toString());
        members.put("hash", HexFormat.of().formatHex(hash));
        members.put("seq", seq);
        return members;
    }
}

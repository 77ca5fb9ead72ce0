package io.baseload.service.audit;

import io.baseload.service.audit.SignedNote.SignatureLine;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A signed statement about the trail at a moment, in the format of C2SP's tlog checkpoints: its origin, the number of entries, the root of their Merkle tree, and two extension
 * lines with the time and the hash of the chain's end.
 *
 * @param origin the trail's name
 * @param chain the hash of entry {@code size}
 * @param note the signed text with the signatures
 */
public record Checkpoint(String origin, long size, byte[] root, Instant at, byte[] chain, String note) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String AT = "at ";
    private static final String CHAIN = "chain ";

    /** The signed text. */
    static String text(String origin, long size, byte[] root, Instant at, byte[] chain) {
        return origin + "\n" + size + "\n" + Base64.getEncoder().encodeToString(root) + "\n" + AT + at + "\n" + CHAIN
                + HexFormat.of().formatHex(chain) + "\n";
    }

    /** @throws IllegalArgumentException if it isn't a checkpoint of a trail */
    static Checkpoint parse(String note) {
        try {
            List<String> lines = SignedNote.parse(note).text().lines().toList();
            if (lines.size() != 5
                    || !lines.get(3).startsWith(AT)
                    || !lines.get(4).startsWith(CHAIN)) {
                throw new IllegalArgumentException("not a checkpoint: " + note);
            }
            return new Checkpoint(
                    lines.get(0),
                    Long.parseLong(lines.get(1)),
                    Base64.getDecoder().decode(lines.get(2)),
                    Instant.parse(lines.get(3).substring(AT.length())),
                    HexFormat.of().parseHex(lines.get(4).substring(CHAIN.length())),
                    note);
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException("not a checkpoint: " + note, e);
        }
    }

    /** Whether this is the state that it signs. */
    boolean isOf(TrailState state) {
        return size == state.size()
                && MessageDigest.isEqual(root, state.tree().root())
                && MessageDigest.isEqual(chain, state.chain());
    }

    SignedNote signed() {
        return SignedNote.parse(note);
    }

    /** The same with further signatures. */
    Checkpoint with(List<SignatureLine> further) {
        return further.isEmpty() ? this : parse(signed().with(further).toString());
    }

    /** A line of {@code audit-checkpoints.jsonl} and of exports: the note, and its contents as plain members. */
    String line() {
        var members = new TreeMap<String, Object>();
        members.put("at", at.toString());
        members.put("checkpoint", note);
        members.put("hash", HexFormat.of().formatHex(chain));
        members.put("seq", size);
        return JSON.writeValueAsString(members);
    }

    /** @throws IllegalArgumentException if the line holds no checkpoint */
    static Checkpoint ofLine(String line) {
        try {
            JsonNode note = JSON.readTree(line).path("checkpoint");
            return parse(note.asString(""));
        } catch (tools.jackson.core.JacksonException e) {
            throw new IllegalArgumentException("not a line with a checkpoint", e);
        }
    }
}

package io.baseload.service.audit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a range of the trail so that it can be verified with nothing but a public key.
 *
 * <p>The file has lines of JSON. The first identifies the file, where it begins, and the right edge of the Merkle tree and the chain's hash at that place. Then follow the entries,
 * each line in canonical form, byte for byte as hashed, and each signed checkpoint after its last entry. The last line is the checkpoint that covers the rest: the latest one, with
 * a consistency proof if it covers more entries than the file has.
 */
public final class AuditExport {
    /** In memory at a time, but for a last entry. */
    public static final int MAX_BYTES = TrailRows.MAX_BYTES;

    static final String FORM = "baseload.audit.export/1";
    private static final JsonMapper JSON = new JsonMapper();
    private static final HexFormat HEX = HexFormat.of();

    private final TrailRows rows;
    private final AuditProofs proofs;

    AuditExport(TrailRows rows, AuditProofs proofs) {
        this.rows = rows;
        this.proofs = proofs;
    }

    /** The first entry that is still in the database. */
    public long first() {
        return rows.base().size() + 1;
    }

    /**
     * Writes entries {@code from} to {@code to}, or to the last one that is signed if that comes before.
     *
     * @throws IllegalStateException if nothing there is signed
     */
    public void write(long from, long to, OutputStream out) throws IOException {
        var latest = proofs.latest()
                .filter(checkpoint -> checkpoint.size() >= from)
                .orElseThrow(() -> new IllegalStateException("no checkpoint covers entry " + from));
        long last = Math.min(to, latest.size());
        line(out, head(from, new MerkleNodes(rows).stateAfter(from - 1), latest.origin()));
        var notes = new Notes(rows, from - 1, last);
        long written = from - 1;
        while (written < last) {
            List<AuditEntry> entries = rows.entries(written, last);
            if (!TrailRows.follows(entries, written)) {
                throw missing(written + 1);
            }
            for (AuditEntry entry : entries) {
                out.write(entry.canonical());
                out.write('\n');
                var note = notes.at(entry.seq());
                if (note.isPresent()) {
                    line(out, note(note.get().text()));
                }
            }
            written = entries.getLast().seq();
        }
        line(out, seal(latest, last));
    }

    private RuntimeException missing(long seq) {
        return seq < first()
                ? new ArchivedException("Entry " + seq + " was archived and dropped meanwhile.")
                : new TrailBrokenException(seq, "entry " + seq + " is missing");
    }

    private static Map<String, Object> head(long from, TrailState state, String origin) {
        var head = new TreeMap<String, Object>();
        head.put("form", FORM);
        head.put("origin", origin);
        head.put("from", from);
        head.put("tree", state.tree().hashes().stream().map(HEX::formatHex).toList());
        head.put("chain", HEX.formatHex(state.chain()));
        return head;
    }

    private static Map<String, Object> note(String text) {
        var note = new TreeMap<String, Object>();
        note.put("checkpoint", text);
        return note;
    }

    private Map<String, Object> seal(Checkpoint latest, long last) {
        var seal = note(latest.note());
        seal.put(
                "consistency",
                MerkleTree.consistency(last, latest.size(), new MerkleNodes(rows)).stream()
                        .map(HEX::formatHex)
                        .toList());
        return seal;
    }

    private static void line(OutputStream out, Map<String, Object> members) throws IOException {
        out.write(JSON.writeValueAsString(members).getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }
}

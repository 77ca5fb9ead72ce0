package io.baseload.service.audit;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.OptionalLong;

/** Is each entry as it was written, none missing, none added? Fed with the entries in order, then with the chain's end. */
final class ChainCheck {
    private final Map<Long, byte[]> signedHashes = new HashMap<>();
    private final int checkpoints;
    private long entries;
    private long seq;
    private byte[] hash = new byte[32];
    private long firstBad = Long.MAX_VALUE;

    ChainCheck(Checkpoints found) {
        var all = found.all();
        checkpoints = all.size();
        for (Checkpoint checkpoint : all) {
            var other = signedHashes.putIfAbsent(checkpoint.seq(), checkpoint.hash());
            if (!found.isGenuine(checkpoint) || (other != null && !MessageDigest.isEqual(other, checkpoint.hash()))) {
                bad(checkpoint.seq());
            }
        }
    }

    void next(AuditEntry entry) {
        if (entry.seq() != seq + 1) {
            bad(seq + 1);
        } else if (!entry.follows(hash)) {
            bad(entry.seq());
        }
        seq = entry.seq();
        hash = entry.hash();
        entries++;
        var signed = signedHashes.remove(seq);
        if (signed != null && !MessageDigest.isEqual(signed, hash)) {
            bad(seq);
        }
    }

    void end(long headSeq, byte[] headHash) {
        if (headSeq != seq || !MessageDigest.isEqual(headHash, hash)) {
            bad(seq + 1);
        }
        if (!signedHashes.isEmpty()) {
            bad(seq + 1); // entries that were signed for are gone
        }
    }

    Verification verification(Verification.Completeness completeness) {
        boolean ok = firstBad == Long.MAX_VALUE;
        var integrity =
                new Verification.Integrity(ok, ok ? OptionalLong.empty() : OptionalLong.of(firstBad), checkpoints);
        return new Verification(integrity, completeness, entries, HexFormat.of().formatHex(hash), Instant.now());
    }

    private void bad(long number) {
        firstBad = Math.min(firstBad, number);
    }
}

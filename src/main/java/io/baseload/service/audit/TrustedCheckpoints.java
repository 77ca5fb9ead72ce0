package io.baseload.service.audit;

import io.baseload.service.audit.TrailRows.Note;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which of the database's checkpoints are by keys that this home trusts. Anybody who may append checkpoints can append false ones. */
final class TrustedCheckpoints {
    /** Enough to find a genuine one behind false ones. */
    private static final int MAX_READ = 1000;

    private static final int MAX_NAMED = 10;
    private static final String UNSIGNED = "unsigned";

    private final TrailRows rows;
    private final String origin;

    TrustedCheckpoints(TrailRows rows, String origin) {
        this.rows = rows;
        this.origin = origin;
    }

    /** The checkpoint in a row, if one of these keys has signed it. */
    Optional<Checkpoint> genuine(Note note, Set<VerifierKey> keys) {
        try {
            var checkpoint = Checkpoint.parse(note.text());
            return Optional.of(checkpoint)
                    .filter(it -> it.size() == note.size() && it.origin().equals(origin))
                    .filter(it -> it.signed().isSignedBy(keys));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The genuine one of the most entries among the newest. */
    Optional<Checkpoint> newest(Set<VerifierKey> keys) {
        return rows.lastNotes(MAX_READ).stream()
                .flatMap(note -> genuine(note, keys).stream())
                .findFirst();
    }

    /** The signers of the newest ones that are not genuine; empty if there are none. */
    Set<String> strangers(Set<VerifierKey> keys) {
        var names = new TreeSet<String>();
        for (Note note : rows.lastNotes(MAX_NAMED)) {
            if (genuine(note, keys).isEmpty()) {
                List<String> signers = SignedNote.signers(note.text());
                names.addAll(signers.isEmpty() ? List.of(UNSIGNED) : signers);
            }
        }
        return names;
    }
}

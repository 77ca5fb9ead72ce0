package io.baseload.service.audit;

import java.util.List;
import java.util.Optional;

/** The database's checkpoints in the order of their sizes, read page by page during a walk over the entries. */
final class Notes {
    private final TrailRows rows;
    private final long upTo;
    private List<TrailRows.Note> page;
    private int next;

    Notes(TrailRows rows, long after, long upTo) {
        this.rows = rows;
        this.upTo = upTo;
        this.page = rows.notes(after, upTo);
    }

    /** The checkpoint of this size, if there is one; sizes must be requested in order. */
    Optional<TrailRows.Note> at(long size) {
        while (next < page.size() && page.get(next).size() <= size) {
            TrailRows.Note note = page.get(next++);
            if (next == page.size()) {
                page = rows.notes(note.size(), upTo);
                next = 0;
            }
            if (note.size() == size) {
                return Optional.of(note);
            }
        }
        return Optional.empty();
    }
}

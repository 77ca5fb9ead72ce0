package io.baseload.service.audit;

import java.util.List;

/**
 * Entries in order.
 *
 * @param more whether there are further ones, or may be, because the page is full of large ones
 */
public record TrailPage(List<AuditEntry> entries, boolean more) {
    /** What an entry takes in memory beside its texts. */
    private static final long BYTES_EACH = 400;

    /** Its memory. */
    public long bytes() {
        return entries.stream()
                .mapToLong(entry ->
                        BYTES_EACH + entry.subject().length() + entry.detail().length())
                .sum();
    }
}

package io.baseload.service.contents;

import java.util.OptionalInt;

/**
 * Whether a tenant's prompts and answers are kept.
 *
 * @param retentionDays after how many days they are erased; empty = never automatically
 */
public record ContentPolicy(boolean keep, OptionalInt retentionDays) {
    /** The policy of a tenant that never set one. */
    public static final ContentPolicy NONE = new ContentPolicy(false, OptionalInt.empty());
}

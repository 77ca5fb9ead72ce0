package io.baseload.service.contents;

import java.util.OptionalInt;

/**
 * Whether a tenant's prompts and answers are kept.
 *
 * @param retentionDays after how many days they are erased; empty = never by themselves
 */
public record ContentPolicy(boolean keep, OptionalInt retentionDays) {
    /** Of a tenant that never said anything. */
    public static final ContentPolicy NONE = new ContentPolicy(false, OptionalInt.empty());
}

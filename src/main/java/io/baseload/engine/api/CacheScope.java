package io.baseload.engine.api;

/**
 * Who may share cached prefixes: only requests with an equal, non-private scope. Whoever shares a scope can tell by time what others of it have asked.
 *
 * @param owner whose requests these are; empty = nobody shares
 * @param salt keeps requests of one owner apart that bring different ones
 */
public record CacheScope(String owner, String salt) {
    public static final CacheScope PRIVATE = new CacheScope("", "");

    /** Shared by all requests of an owner that bring no salt. */
    public static CacheScope of(String owner) {
        return new CacheScope(owner, "");
    }

    public CacheScope withSalt(String other) {
        return new CacheScope(owner, other);
    }

    public boolean isPrivate() {
        return owner.isEmpty();
    }
}

package io.baseload.engine.api;

/**
 * The requests that may share cached prefixes: only those with an equal, non-private scope. Requests that share a scope can learn from response times what others in it have asked.
 *
 * @param owner the owner of the requests; empty = not shared
 * @param salt separates requests of one owner: only equal salts share
 */
public record CacheScope(String owner, String salt) {
    public static final CacheScope PRIVATE = new CacheScope("", "");

    /** Shared by all requests of an owner that have no salt. */
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

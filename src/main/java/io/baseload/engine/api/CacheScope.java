package io.baseload.engine.api;

/** Who may share cached prefixes: only requests with an equal, non-private scope. */
public record CacheScope(String salt) {
    public static final CacheScope PRIVATE = new CacheScope("");
}

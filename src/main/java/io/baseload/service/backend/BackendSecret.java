package io.baseload.service.backend;

/** The key that a backend wants, and where it is kept. */
public sealed interface BackendSecret {
    /** It wants none. */
    record None() implements BackendSecret {}

    /** Kept with the backend in the database. Never shown. */
    record Stored(String key) implements BackendSecret {
        @Override
        public String toString() {
            return "Stored[…]";
        }
    }

    /** In an environment variable of each process. */
    record Environment(String variable) implements BackendSecret {}

    /** In a file of this name in the folder of backend keys, without its last line break. */
    record InFile(String file) implements BackendSecret {}
}

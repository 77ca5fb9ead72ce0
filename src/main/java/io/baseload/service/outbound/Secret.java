package io.baseload.service.outbound;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** A key for another server, and the place where it is kept. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kept")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Secret.None.class, name = "nowhere"),
    @JsonSubTypes.Type(value = Secret.Environment.class, name = "environment"),
    @JsonSubTypes.Type(value = Secret.InFile.class, name = "file")
})
public sealed interface Secret {
    /** No key is needed. */
    record None() implements Secret {}

    /** A key from a request, which is encrypted before it is stored. Never shown. */
    record Given(String key) implements Secret {
        @Override
        public String toString() {
            return "Given[…]";
        }
    }

    /**
     * Stored in the database, bound to its purpose. Never shown.
     *
     * @param sealed the key, encrypted with the master key
     * @param purpose the use to which it is bound
     */
    record Stored(String sealed, String purpose) implements Secret {}

    /** In an environment variable of each process. */
    record Environment(String variable) implements Secret {}

    /** In a file of this name in the folder of keys, without its last line break. */
    record InFile(String file) implements Secret {}
}

package io.baseload.service.admin;

import io.baseload.service.outbound.Secret;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The source of a backend's key, for display.
 *
 * @param source {@code none}, {@code database}, {@code environment} or {@code file}
 */
record BackendKey(
        String source, @Nullable String variable, @Nullable String file) {
    static BackendKey of(Secret secret) {
        return switch (secret) {
            case Secret.None none -> new BackendKey("none", null, null);
            case Secret.Given given -> new BackendKey("database", null, null);
            case Secret.Stored stored -> new BackendKey("database", null, null);
            case Secret.Environment environment -> new BackendKey("environment", environment.variable(), null);
            case Secret.InFile inFile -> new BackendKey("file", null, inFile.file());
        };
    }

    /** The key in a request, given in at most one way; an empty text removes the key. */
    static Secret read(@Nullable String key, @Nullable String variable, @Nullable String file, Secret before) {
        if (Stream.of(key, variable, file).filter(Objects::nonNull).count() > 1) {
            throw Refusals.invalid(
                    "api_key",
                    "invalid_value",
                    "Only one of 'api_key', 'api_key_env' and 'api_key_file' can be given.");
        }
        if (key != null) {
            return key.isEmpty() ? new Secret.None() : new Secret.Given(key);
        }
        if (variable != null) {
            return variable.isEmpty() ? new Secret.None() : new Secret.Environment(variable);
        }
        if (file != null) {
            return file.isEmpty() ? new Secret.None() : new Secret.InFile(file);
        }
        return before;
    }
}

package io.baseload.service.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The keys whose checkpoints this home trusts: those of the configuration and those in {@code audit-trusted-keys} in the home, one verifier key per line. Read again each time, so
 * that a key that becomes trusted while the service runs counts from the next checkpoint on.
 */
public final class TrustedKeys {
    static final String FILE = "audit-trusted-keys";

    private final Path file;
    private final List<VerifierKey> configured;

    TrustedKeys(Path file, List<String> configured) {
        this.file = file;
        this.configured = configured.stream().map(VerifierKey::parse).toList();
    }

    /** The list in a home. */
    public static TrustedKeys in(Path home) {
        return new TrustedKeys(home.resolve(FILE), List.of());
    }

    /** @throws IllegalStateException if a line is not a key */
    Set<VerifierKey> all() {
        var keys = new LinkedHashSet<>(configured);
        try {
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    keys.add(VerifierKey.parse(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be read", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(file + ": " + e.getMessage(), e);
        }
        return keys;
    }

    /** From now on this home trusts the key's signatures. */
    public void add(VerifierKey key) {
        if (all().contains(key)) {
            return;
        }
        try {
            Files.writeString(file, key.text() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " can't be written", e);
        }
    }
}

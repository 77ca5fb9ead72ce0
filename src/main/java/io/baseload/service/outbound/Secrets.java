package io.baseload.service.outbound;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.encryption.SealException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds keys for other servers, again for each request, so that a rotated key works at once. Names of variables and files come from operators, who must not be able to send other
 * secrets of the process away: variables that configure the service can't be named, and files only within one folder.
 */
public final class Secrets {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Pattern OURS =
            Pattern.compile("(?i)((SPRING|BASELOAD|SERVER|MANAGEMENT|LOGGING|JAVA|AWS|OTEL)(_.*)?|PG.*)");
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private final Path folder;
    private final MasterKeys keys;

    /**
     * @param folder the only folder whose files can be named
     * @param keys decrypt the keys that are stored in the database
     */
    public Secrets(Path folder, MasterKeys keys) {
        this.folder = folder;
        this.keys = keys;
    }

    /**
     * The key; empty if none is needed.
     *
     * @throws IOException if it is missing; the message names the place
     */
    public Optional<String> find(Secret secret) throws IOException {
        return switch (secret) {
            case Secret.None none -> Optional.empty();
            case Secret.Given given -> Optional.of(given.key());
            case Secret.Stored stored -> Optional.of(opened(stored));
            case Secret.Environment environment -> Optional.of(variable(environment.variable()));
            case Secret.InFile file -> Optional.of(file(file.file()));
        };
    }

    private String opened(Secret.Stored stored) throws IOException {
        try {
            return new String(keys.open(stored.sealed(), stored.purpose()), StandardCharsets.UTF_8);
        } catch (SealException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static String variable(String name) throws IOException {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new IOException("there is no environment variable " + name);
        }
        return value.strip();
    }

    private String file(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new IOException("there is no file " + name + " in the folder of keys, " + folder.getFileName());
        }
        return Files.readString(file, StandardCharsets.UTF_8).strip();
    }

    /**
     * @param name the request's field for the key itself, such as {@code api_key}; then {@code api_key_env} names a variable and {@code api_key_file} a file
     * @throws InvalidRequestException if this process can't find it, or it may not be named
     */
    public void check(Secret secret, String name) {
        String field = switch (secret) {
            case Secret.Environment environment -> {
                boolean named = VARIABLE.matcher(environment.variable()).matches();
                if (!named || OURS.matcher(environment.variable()).matches()) {
                    throw invalid(
                            name + "_env", "expected an environment variable that does not configure this service");
                }
                yield name + "_env";
            }
            case Secret.InFile file -> {
                if (!FILE.matcher(file.file()).matches()) {
                    throw invalid(name + "_file", "expected the name of a file in the folder of keys");
                }
                yield name + "_file";
            }
            case Secret.None none -> name;
            case Secret.Given given -> {
                if (!keys.present()) {
                    throw invalid(
                            name,
                            "a key can only be stored if baseload.encryption.key-file names a master key; use '" + name
                                    + "_env' or '" + name + "_file' instead");
                }
                yield name;
            }
            case Secret.Stored stored -> name;
        };
        try {
            find(secret)
                    .filter(key -> !key.chars().allMatch(c -> c > ' ' && c < 127))
                    .ifPresent(key -> {
                        throw invalid(field, "a key consists of ASCII characters without blanks or line breaks");
                    });
        } catch (IOException e) {
            throw invalid(field, String.valueOf(e.getMessage()));
        }
    }

    private static InvalidRequestException invalid(String field, String why) {
        return new InvalidRequestException(field, "invalid_value", "Invalid '" + field + "': " + why + ".");
    }
}

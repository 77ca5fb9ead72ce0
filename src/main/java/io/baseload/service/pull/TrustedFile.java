package io.baseload.service.pull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A value in a JSON file of the folder of signers, with its place there, which errors name.
 *
 * @param file as errors name it
 * @param place within the file; empty for the whole
 */
record TrustedFile(String file, String place, JsonNode value) {
    static TrustedFile read(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        String name = (folder == null ? "" : folder.getFileName() + "/") + file.getFileName();
        try {
            return new TrustedFile(name, "", PulledJson.read(Files.readAllBytes(file)));
        } catch (JacksonException e) {
            throw new PullException("The file " + name + " is not JSON.", e);
        } catch (IOException e) {
            throw new PullException("The file " + name + " can't be read.", e);
        }
    }

    /** An error: the value here must be something else. */
    PullException expected(String what) {
        return new PullException(
                "The file " + file + " has an error: " + (place.isEmpty() ? "it" : place) + " must be " + what + ".");
    }

    TrustedFile field(String name) {
        return new TrustedFile(file, place.isEmpty() ? name : place + "." + name, value.path(name));
    }

    Optional<TrustedFile> optional(String name) {
        return value.hasNonNull(name) ? Optional.of(field(name)) : Optional.empty();
    }

    /** The elements of a list that must not be empty. */
    List<TrustedFile> list(String what) {
        if (!value.isArray() || value.isEmpty()) {
            throw expected("a list of " + what);
        }
        List<TrustedFile> all = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            all.add(new TrustedFile(file, place + "[" + i + "]", value.get(i)));
        }
        return all;
    }

    String text() {
        if (!value.isString() || value.asString().isBlank()) {
            throw expected("a text");
        }
        return value.asString();
    }

    byte[] base64() {
        try {
            return Base64.getDecoder().decode(text());
        } catch (IllegalArgumentException e) {
            throw expected("base64");
        }
    }

    Instant time() {
        try {
            return Instant.parse(text());
        } catch (DateTimeException e) {
            throw expected("a time such as 2022-04-13T20:06:15Z");
        }
    }

    /** Refuses others, which may be misspelled. */
    void onlyFields(List<String> known) {
        if (!value.isObject()) {
            throw expected("an object with " + String.join(", ", known));
        }
        for (String name : value.propertyNames()) {
            if (!known.contains(name)) {
                throw field(name).expected("left out: known are " + String.join(", ", known));
            }
        }
    }
}

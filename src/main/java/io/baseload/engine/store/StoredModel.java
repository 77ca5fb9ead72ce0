package io.baseload.engine.store;

import java.nio.file.Path;

/**
 * A model in the store.
 *
 * @param sha256 the file's SHA-256, 64 lower-case hexadecimal digits
 * @param file where it lies; never changed afterwards
 */
public record StoredModel(String sha256, Path file, long bytes) {}

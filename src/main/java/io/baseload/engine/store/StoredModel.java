package io.baseload.engine.store;

import java.nio.file.Path;

/**
 * A model in the store.
 *
 * @param sha256 of its {@code model.json}, which has the hashes of all else: 64 lower-case hexadecimal digits
 * @param folder where it lies; never changed afterwards
 */
public record StoredModel(String sha256, Path folder) {}

package io.baseload.engine.store;

import java.nio.file.Path;

/**
 * A model in the store.
 *
 * @param sha256 hash of its {@code model.json}, which contains those of all weights and files: 64 lower-case hexadecimal digits
 * @param folder its folder, which is never changed
 */
public record StoredModel(String sha256, Path folder) {}

package io.baseload.engine.store;

import io.baseload.engine.api.Conversion;

/**
 * The result of an import.
 *
 * @param conversion the one that wrote the model, now or in an earlier import of the same source
 */
public record AddedModel(StoredModel model, Conversion conversion) {}

package io.baseload.service.registry;

import io.baseload.engine.api.LoadedModel;

/** Hears which models are in memory. */
public interface LoadedModelListener {
    void entered(String id, LoadedModel model);

    /** The model's memory is free. */
    void left(String id);
}

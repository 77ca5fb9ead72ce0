package io.baseload.service.registry;

import io.baseload.engine.api.ResidentModel;

/** Learns which models are in memory. */
public interface LoadedModelListener {
    void entered(String id, ResidentModel model);

    /** The model's memory is free. */
    void left(String id);
}

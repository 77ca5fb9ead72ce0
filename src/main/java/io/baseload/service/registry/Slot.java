package io.baseload.service.registry;

import io.baseload.chat.api.Completions;
import io.baseload.engine.api.LoadedModel;
import java.time.Instant;

/**
 * A model in memory.
 *
 * @param fingerprint names build and weights
 */
record Slot(String id, String fingerprint, Instant created, LoadedModel model, Completions completions) {}

package io.baseload.service.registry;

import java.time.Instant;

/** A name under which a model answers: an alias or a model's own id. */
public record ModelCard(String id, Instant created) {}

package io.baseload.service.planner;

import java.nio.file.Path;

/** What says how large a model is. */
public sealed interface PlanSource {
    /** A model's files, or a {@code config.json}. */
    record Files(Path path) implements PlanSource {}

    /** The text of a {@code config.json}. */
    record Configuration(String json) implements PlanSource {}
}

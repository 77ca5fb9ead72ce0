package io.baseload.service.planner;

import java.nio.file.Path;

/** The source of a model's sizes. */
public sealed interface PlanSource {
    /** A model's files, or a {@code config.json}. */
    record Files(Path path) implements PlanSource {}

    /** The text of a {@code config.json}. */
    record Configuration(String json) implements PlanSource {}
}

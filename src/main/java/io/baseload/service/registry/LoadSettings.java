package io.baseload.service.registry;

import io.baseload.engine.api.LoadOptions;
import java.util.Map;
import java.util.Optional;

/**
 * How this service loads every model.
 *
 * @param template options whose name is replaced by the model's id
 * @param toolFormats how models write calls of tools, by id, where their templates don't show it
 * @param build names this build in fingerprints
 */
public record LoadSettings(LoadOptions template, Map<String, String> toolFormats, String build) {
    LoadOptions options(String id) {
        return template.withName(id);
    }

    Optional<String> toolFormat(String id) {
        return Optional.ofNullable(toolFormats.get(id));
    }

    /** Names build and weights. */
    String fingerprint(String sha256) {
        return "fp_" + build + "_" + sha256.substring(0, 12);
    }
}

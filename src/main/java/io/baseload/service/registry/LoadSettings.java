package io.baseload.service.registry;

import io.baseload.engine.api.LoadOptions;

/**
 * How this service loads every model.
 *
 * @param template options whose name is replaced by the model's id
 * @param build names this build in fingerprints
 */
public record LoadSettings(LoadOptions template, String build) {
    LoadOptions options(String id) {
        return template.withName(id);
    }

    /** Names build and weights. */
    String fingerprint(String sha256) {
        return "fp_" + build + "_" + sha256.substring(0, 12);
    }
}

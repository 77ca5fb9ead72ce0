package io.baseload.service.openai;

import io.baseload.service.inference.Asked;
import java.time.Instant;
import java.util.UUID;

/**
 * What every chunk of an answer repeats.
 *
 * @param created seconds since 1970
 * @param model the id of the model that answers, whatever alias was asked
 */
record Head(String id, long created, String model, String fingerprint) {
    static Head of(String prefix, Asked asked) {
        String id = prefix + UUID.randomUUID().toString().replace("-", "");
        return new Head(id, Instant.now().getEpochSecond(), asked.model(), asked.fingerprint());
    }
}

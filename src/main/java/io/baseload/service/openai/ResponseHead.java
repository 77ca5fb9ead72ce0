package io.baseload.service.openai;

import io.baseload.service.inference.AdmittedRequest;
import java.time.Instant;
import java.util.UUID;

/**
 * The fields repeated by every chunk of an answer.
 *
 * @param created seconds since 1970
 * @param model the id of the answering model, even if an alias was used
 */
record ResponseHead(String id, long created, String model, String fingerprint) {
    static ResponseHead of(String prefix, AdmittedRequest admitted) {
        String id = prefix + UUID.randomUUID().toString().replace("-", "");
        return new ResponseHead(id, Instant.now().getEpochSecond(), admitted.model(), admitted.fingerprint());
    }
}

package io.baseload.service.inference;

import io.baseload.service.quota.QuotaSnapshot;
import java.util.List;

/**
 * The results of an encoder, settled and recorded. Closed once they have been sent: until then they take memory that is limited.
 *
 * @param model the id of the model that computed them
 * @param outputs a vector for each text, or one number for each document, in their order
 * @param tokens of all texts
 * @param release gives that memory back; a second call does nothing
 */
public record EncodingResult(String model, List<float[]> outputs, int tokens, QuotaSnapshot quota, Runnable release)
        implements AutoCloseable {
    @Override
    public void close() {
        release.run();
    }
}

package io.baseload.service.inference;

import io.baseload.service.quota.QuotaSnapshot;
import java.util.List;

/**
 * The results of an encoder, settled and recorded. Closed once they have been sent: until then they take memory.
 *
 * @param model the id of the model that computed them
 * @param outputs a vector for each text, or one number for each document, in their order
 * @param tokens of all texts
 * @param limited whether that memory is limited already
 * @param release gives it back then; a second call does nothing
 */
public record EncodingResult(
        String model, List<float[]> outputs, int tokens, QuotaSnapshot quota, boolean limited, Runnable release)
        implements AutoCloseable {
    public long bytes() {
        return outputs.stream()
                .mapToLong(output -> (long) output.length * Float.BYTES)
                .sum();
    }

    @Override
    public void close() {
        release.run();
    }
}

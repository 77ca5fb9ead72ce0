package io.baseload.service.batch;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody wants of a new batch.
 *
 * @param completionWindow as it was written
 * @param window the same
 */
record BatchOrder(
        String tenant,
        String keyPrefix,
        String address,
        String inputFile,
        String endpoint,
        String completionWindow,
        Duration window,
        Optional<Map<String, String>> metadata,
        Optional<Duration> outputTtl) {}

package io.baseload.service.batch;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a new batch.
 *
 * @param completionWindow the window as written in the request
 * @param window the same as a duration
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

package io.baseload.service.cluster;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A living process.
 *
 * @param seenAt when it last renewed its lease
 * @param silence how long ago that was, by the database's clock
 * @param hasEngine false if it has no models and passes requests on to backends
 * @param aliases the models behind names there
 */
public record Instance(
        UUID id,
        String version,
        String address,
        Instant startedAt,
        Instant seenAt,
        Duration silence,
        boolean hasEngine,
        List<InstanceModel> models,
        Map<String, String> aliases) {}

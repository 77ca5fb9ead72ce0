package io.baseload.service.app;

import io.baseload.engine.api.EngineOptions;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the engine uses the machine.
 *
 * @param threads worker threads; 0 = as many as the cgroup's CPU quota and cpuset allow
 * @param pinned whether each worker stays on one CPU
 */
@ConfigurationProperties("baseload.engine")
record EngineProperties(
        @DefaultValue("0") int threads,
        @DefaultValue("true") boolean pinned) {
    EngineOptions options() {
        return new EngineOptions(threads, pinned);
    }
}

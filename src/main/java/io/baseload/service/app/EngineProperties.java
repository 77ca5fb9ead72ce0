package io.baseload.service.app;

import io.baseload.engine.api.EngineOptions;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the engine uses the machine.
 *
 * @param enabled false: no model is loaded here, requests go to backends
 * @param threads worker threads; 0 = as many as the cgroup's CPU quota and cpuset allow
 * @param pinned whether each worker stays on one CPU
 * @param shards the number of parts that a model is split into; 0 = one for each list of CPUs, or for each NUMA node
 * @param cpus such as {@code 0-15,32-47}; lists for several shards are separated by semicolons; empty = all that the process may use
 */
@ConfigurationProperties("baseload.engine")
record EngineProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("0") int threads,
        @DefaultValue("true") boolean pinned,
        @DefaultValue("0") int shards,
        @DefaultValue("") String cpus) {
    EngineOptions options() {
        if (!enabled) {
            return new EngineOptions(1, false, 1, List.of());
        }
        List<String> lists = cpus.isBlank() ? List.of() : List.of(cpus.split(";", -1));
        return new EngineOptions(threads, pinned, shards, lists);
    }
}

package io.baseload.engine.api;

import java.util.List;

/**
 * How an engine uses the machine.
 *
 * @param threads worker threads; 0 = as many as the cgroup's CPU quota and cpuset allow, with several shards for each as many as the smallest has cores
 * @param pinned whether each worker stays on one CPU
 * @param shards parts that a model is cut into, each with workers of its own; 0 = one for each list of CPUs, or for each NUMA node that the process may use
 * @param cpus lists in the kernel's format, such as {@code 0-15,32-47}: the CPUs of each shard, or one list that all shards share; empty = all that the process may use
 */
public record EngineOptions(int threads, boolean pinned, int shards, List<String> cpus) {
    public EngineOptions {
        cpus = List.copyOf(cpus);
        if (threads < 0) {
            throw new IllegalArgumentException("threads must be 0 (automatic) or more, not " + threads);
        }
        if (shards < 0) {
            throw new IllegalArgumentException("shards must be 0 (automatic) or more, not " + shards);
        }
        if (cpus.size() > 1 && shards > 0 && cpus.size() != shards) {
            throw new IllegalArgumentException(
                    "cpus must be one list, or one for each of " + shards + " shards, not " + cpus.size());
        }
    }

    /** One shard for each NUMA node. */
    public EngineOptions(int threads, boolean pinned) {
        this(threads, pinned, 0, List.of());
    }

    public static EngineOptions defaults() {
        return new EngineOptions(0, true);
    }
}

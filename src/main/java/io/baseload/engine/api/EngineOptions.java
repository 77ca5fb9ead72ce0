package io.baseload.engine.api;

/**
 * How an engine uses the machine.
 *
 * @param threads worker threads; 0 = as many as the cgroup's CPU quota and cpuset allow
 * @param pinned whether each worker stays on one CPU
 */
public record EngineOptions(int threads, boolean pinned) {
    public EngineOptions {
        if (threads < 0) {
            throw new IllegalArgumentException("threads must be 0 (automatic) or more, not " + threads);
        }
    }

    public static EngineOptions defaults() {
        return new EngineOptions(0, true);
    }
}

package io.baseload.engine.parallel;

import io.baseload.engine.platform.Affinity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** One thread on the CPUs of each shard, for memory that must first be touched there. */
public final class NodeThreads implements AutoCloseable {
    private final List<ExecutorService> threads = new ArrayList<>();

    public NodeThreads(TeamLayout layout) {
        for (int i = 0; i < layout.shards(); i++) {
            List<Integer> cpus = layout.cpus().get(i);
            String name = "baseload-shard-" + i;
            threads.add(Executors.newSingleThreadExecutor(task -> Thread.ofPlatform()
                    .name(name)
                    .daemon()
                    .unstarted(() -> {
                        if (!cpus.isEmpty()) {
                            Affinity.set(cpus);
                        }
                        task.run();
                    })));
        }
    }

    /** By shard. */
    public List<Executor> executors() {
        return List.copyOf(threads);
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::close);
    }
}

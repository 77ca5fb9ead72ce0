package io.baseload.engine.parallel;

import io.baseload.engine.platform.Affinity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A thread on each memory node of each shard, for memory that must first be touched there. A shard has several nodes if there are fewer shards than nodes. */
public final class NodeThreads implements AutoCloseable {
    private final List<ExecutorService> threads = new ArrayList<>();
    private final List<List<Executor>> near = new ArrayList<>();

    public NodeThreads(TeamLayout layout) {
        for (int shard = 0; shard < layout.shards(); shard++) {
            Map<List<Integer>, ExecutorService> byNode = new LinkedHashMap<>();
            List<Executor> own = new ArrayList<>();
            for (int worker = shard; worker < layout.workers(); worker += layout.shards()) {
                String name = "baseload-shard-" + shard + "-" + byNode.size();
                own.add(byNode.computeIfAbsent(layout.near(worker), cpus -> thread(name, cpus)));
            }
            threads.addAll(byNode.values());
            near.add(own);
        }
    }

    private static ExecutorService thread(String name, List<Integer> cpus) {
        return Executors.newSingleThreadExecutor(task -> Thread.ofPlatform()
                .name(name)
                .daemon()
                .unstarted(() -> {
                    if (!cpus.isEmpty()) {
                        Affinity.set(cpus);
                    }
                    task.run();
                }));
    }

    /** For each shard the executors near its workers, in their order: those of one node have the same one. */
    public List<List<Executor>> executors() {
        return near.stream().map(List::copyOf).toList();
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::close);
    }
}

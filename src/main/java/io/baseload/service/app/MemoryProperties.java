package io.baseload.service.app;

import io.baseload.engine.api.MemoryBudget;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The memory that models may use.
 *
 * @param limit all memory of the service; absent = the cgroup's limit, or the machine's memory
 * @param reserve kept free for the JVM beside its heap, and for the embedded PostgreSQL
 */
@ConfigurationProperties("baseload.memory")
record MemoryProperties(
        @Nullable DataSize limit, @DefaultValue("384MB") DataSize reserve) {
    MemoryBudget budget() {
        MemoryBudget machine = MemoryBudget.ofThisProcess(reserve.toBytes());
        return limit == null ? machine : new MemoryBudget(limit.toBytes(), machine.heap(), machine.reserve());
    }
}

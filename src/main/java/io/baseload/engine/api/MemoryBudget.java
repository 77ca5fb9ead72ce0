package io.baseload.engine.api;

import com.sun.management.OperatingSystemMXBean;
import io.baseload.engine.platform.MemoryBinding;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * The memory that this process may use, in bytes.
 *
 * @param limit the total: the cgroup's limit, or the machine's memory if there is none, and no more than that of the memory nodes that the process may use
 * @param heap the maximum Java heap
 * @param reserve for the JVM outside its heap, and for the embedded PostgreSQL
 */
public record MemoryBudget(long limit, long heap, long reserve) {

    /** The budget of this process; the JVM knows the cgroup's limit. */
    public static MemoryBudget ofThisProcess(long reserve) {
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long total = machine.getTotalMemorySize();
        return new MemoryBudget(
                Math.min(total, MemoryBinding.bytes().orElse(total)),
                Runtime.getRuntime().maxMemory(),
                reserve);
    }

    /**
     * The memory left for further models; below 0 if models already take more than the limit allows.
     *
     * @param taken by models
     */
    public long available(long taken) {
        return limit - heap - reserve - taken;
    }

    /** The limit of activations: two thirds of the heap. The rest is for requests, vocabularies and the process itself. */
    private long forActivations() {
        return heap / 3 * 2;
    }

    /**
     * Why a model can't be loaded beside others, with the numbers; empty if it can.
     *
     * @param taken by the others
     */
    public Optional<String> refusal(MemoryEstimate needed, MemoryEstimate taken) {
        long free = Math.max(0, available(taken.total()));
        String others = taken.total() == 0 ? "" : ", " + mib(taken.total()) + " for other models";
        return needed.total() <= free
                ? heapRefusal(needed, taken).map(why -> "the model " + why)
                : Optional.of("the model needs " + mib(needed.total()) + " of memory outside the heap, " + mib(free)
                        + " are free: " + mib(limit) + " in all, " + mib(heap) + " for the heap, " + mib(reserve)
                        + " in reserve" + others);
    }

    /** The same for activations, which are in the heap; without a subject. */
    public Optional<String> heapRefusal(MemoryEstimate needed, MemoryEstimate taken) {
        long free = Math.max(0, forActivations() - taken.activations());
        return needed.activations() <= free
                ? Optional.empty()
                : Optional.of("needs " + mib(needed.activations()) + " of heap for its activations, " + mib(free)
                        + " are free: two thirds of the heap of " + mib(heap) + ", " + mib(taken.activations())
                        + " for other models; set a larger heap (-Xmx), a smaller context length or a smaller prefill"
                        + " chunk");
    }

    /** A size as refusals print it, rounded up. */
    public static String mib(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }
}

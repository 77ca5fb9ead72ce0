package io.baseload.engine.api;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * The memory that this process may use, in bytes.
 *
 * @param limit the total: the cgroup's limit, or the machine's memory if there is none
 * @param heap the maximum Java heap
 * @param reserve for the JVM outside its heap, and for the embedded PostgreSQL
 */
public record MemoryBudget(long limit, long heap, long reserve) {

    /** The budget of this process; the JVM knows the cgroup's limit. */
    public static MemoryBudget ofThisProcess(long reserve) {
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new MemoryBudget(
                machine.getTotalMemorySize(), Runtime.getRuntime().maxMemory(), reserve);
    }

    /**
     * What models can take; below 0 if others already take more than there is.
     *
     * @param taken by models
     */
    public long available(long taken) {
        return limit - heap - reserve - taken;
    }

    /**
     * Why a model can't be loaded even alone, with the numbers; empty if it can.
     *
     * @param needed bytes outside the heap ({@link MemoryEstimate#total})
     */
    public Optional<String> refusal(long needed) {
        return refusal(needed, 0);
    }

    /**
     * Why a model can't be loaded beside others.
     *
     * @param taken by the others
     */
    public Optional<String> refusal(long needed, long taken) {
        long free = Math.max(0, available(taken));
        String others = taken == 0 ? "" : ", " + mib(taken) + " for other models";
        return needed <= free
                ? Optional.empty()
                : Optional.of("the model needs " + mib(needed) + " of memory outside the heap, " + mib(free)
                        + " are free: " + mib(limit) + " in all, " + mib(heap) + " for the heap, " + mib(reserve)
                        + " in reserve" + others);
    }

    /** A size as refusals print it, rounded up. */
    public static String mib(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }
}

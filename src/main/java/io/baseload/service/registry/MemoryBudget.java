package io.baseload.service.registry;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

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
     * Checks that a model fits next to the loaded ones.
     *
     * @throws NotEnoughMemoryException if it does not
     */
    void admit(String model, long needed, long loaded) {
        long available = available(loaded);
        if (needed > available) {
            throw new NotEnoughMemoryException(model, needed, available, this, loaded);
        }
    }
}

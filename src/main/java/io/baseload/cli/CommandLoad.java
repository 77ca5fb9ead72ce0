package io.baseload.cli;

import com.sun.management.OperatingSystemMXBean;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.Progress;
import io.baseload.engine.store.StoredFolder;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/**
 * Loads a model for a command as the service does: one that doesn't fit is refused with numbers before its weights are read, and an imported one is read ahead, in large pieces, so that its first steps don't wait for the
 * disk page by page.
 *
 * @param limit bytes that the process may use: the cgroup's limit, or the machine's memory
 * @param heap of these, what the Java heap may take
 */
record CommandLoad(long limit, long heap) {

    static CommandLoad ofThisProcess() {
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new CommandLoad(
                machine.getTotalMemorySize(), Runtime.getRuntime().maxMemory());
    }

    LoadedModel load(Engine engine, Path model, LoadOptions options) {
        MemoryEstimate needed = engine.estimate(model, options);
        if (StoredFolder.is(model)) {
            StoredFolder stored = StoredFolder.open(model);
            // layers may share their weights, which are then in memory once
            admit(needed.total() - Math.max(0, needed.weights() - stored.weightBytes()));
            stored.readAhead(Progress.NONE);
        } else {
            admit(needed.total());
        }
        return engine.load(model, options);
    }

    /** @throws BadInputException if so many bytes outside the heap are more than there are */
    void admit(long needed) {
        long free = Math.max(0, limit - heap);
        if (needed > free) {
            throw new BadInputException("the model needs " + mib(needed) + " of memory outside the heap, " + mib(free)
                    + " can be had: " + mib(limit) + " in all, " + mib(heap) + " for the heap");
        }
    }

    private static String mib(long bytes) {
        return (bytes + (1 << 20) - 1 >> 20) + " MiB";
    }
}

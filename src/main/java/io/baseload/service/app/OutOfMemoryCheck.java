package io.baseload.service.app;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.stereotype.Component;

/** Warns if this process would go on after it ran out of memory: then it may answer nothing and be alive. */
@Component
final class OutOfMemoryCheck implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger("io.baseload");
    private static final String OPTION = "ExitOnOutOfMemoryError";

    @Override
    public void afterSingletonsInstantiated() {
        if (!exits()) {
            LOG.warn("This JVM goes on after it ran out of memory. Start it with -XX:+{}.", OPTION);
        }
    }

    /** Assumed of a JVM that doesn't tell. */
    private static boolean exits() {
        var virtualMachine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return virtualMachine == null
                    || Boolean.parseBoolean(virtualMachine.getVMOption(OPTION).getValue());
        } catch (IllegalArgumentException unknown) {
            return true;
        }
    }
}

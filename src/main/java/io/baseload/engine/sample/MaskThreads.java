package io.baseload.engine.sample;

import io.baseload.engine.api.Background;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.Executor;

/** The threads that compute masks. Answers with slow masks have separate threads, so other answers never wait for them. */
final class MaskThreads {
    private static final Executor QUICK = Background.threads("baseload-mask-");
    private static final Executor SLOW = Background.lowThreads("baseload-slow-mask-");
    private static final long QUICK_NANOS = 10_000_000;
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private MaskThreads() {}

    /** @param lastNanos duration of the answer's last mask */
    static Executor after(long lastNanos) {
        return lastNanos < QUICK_NANOS ? QUICK : SLOW;
    }

    /** CPU time of this thread: differences measure computation, however busy the machine is. */
    static long cpuNanos() {
        return CPU.isCurrentThreadCpuTimeSupported() ? CPU.getCurrentThreadCpuTime() : System.nanoTime();
    }
}

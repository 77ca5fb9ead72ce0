package io.baseload.engine.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Locale;

/** How much of the processors a thread gets beside others (Linux' {@code sched(7)}). It can be lowered and never raised again. */
public final class ThreadPriority implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ThreadPriority.class.getName());
    private static final int LOW = 10;
    private static final int UNKNOWN = -1;

    /** Of the kernel. */
    private final int thread;

    private boolean closed;

    private ThreadPriority(int thread) {
        this.thread = thread;
    }

    public static ThreadPriority ofThisThread() {
        try {
            return new ThreadPriority(linux() ? (int) function("gettid", 0).invokeExact() : UNKNOWN);
        } catch (Throwable unavailable) {
            LOG.log(Level.DEBUG, "threads don't give way on this system", unavailable);
            return new ThreadPriority(UNKNOWN);
        }
    }

    /** Elsewhere the call that is used here is about the whole process. */
    private static boolean linux() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    }

    /** By any thread. */
    public synchronized void lower() {
        if (closed || thread == UNKNOWN) {
            return;
        }
        try {
            int refused = (int) function("setpriority", 3).invokeExact(0, thread, LOW);
            LOG.log(Level.DEBUG, "thread {0} {1}", thread, refused == 0 ? "gives way" : "can't give way");
        } catch (Throwable unavailable) {
            LOG.log(Level.DEBUG, "threads don't give way on this system", unavailable);
        }
    }

    /** The thread ends: another may get its number. */
    @Override
    public synchronized void close() {
        closed = true;
    }

    /** Of int arguments, with an int as its result. */
    private static MethodHandle function(String name, int arguments) {
        var types = new ValueLayout[arguments];
        Arrays.fill(types, ValueLayout.JAVA_INT);
        return NativeLibrary.system().function(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, types));
    }
}

package io.baseload.engine.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Locale;

/** The priority of a thread relative to others (Linux's {@code sched(7)}). It can be lowered, but not raised again. */
public final class ThreadPriority implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ThreadPriority.class.getName());
    private static final int LOW = 10;
    private static final int UNKNOWN = -1;

    /** The kernel's id of the thread. */
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

    /** On other systems, the call used here applies to the whole process. */
    private static boolean linux() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    }

    /** May be called by any thread. */
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

    /** Called when the thread ends, because another may get its id. */
    @Override
    public synchronized void close() {
        closed = true;
    }

    /** A function with int arguments and an int result. */
    private static MethodHandle function(String name, int arguments) {
        var types = new ValueLayout[arguments];
        Arrays.fill(types, ValueLayout.JAVA_INT);
        return NativeLibrary.system().function(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, types));
    }
}

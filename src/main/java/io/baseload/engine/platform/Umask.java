package io.baseload.engine.platform;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;

/** The rights that new files of this process don't have ({@code umask(2)}). */
public final class Umask {
    private static final Logger LOG = System.getLogger(Umask.class.getName());
    private static final int GROUP_AND_OTHERS = 0077;

    private Umask() {}

    /** From now on files and folders that this process and its children create are their owner's alone. */
    public static void ownerOnly() {
        try {
            var umask = NativeLibrary.system()
                    .function("umask", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
            int before = (int) umask.invokeExact(GROUP_AND_OTHERS);
            LOG.log(Level.DEBUG, "the umask was {0}", Integer.toOctalString(before));
        } catch (Throwable unavailable) {
            LOG.log(Level.DEBUG, "this system has no umask", unavailable);
        }
    }
}

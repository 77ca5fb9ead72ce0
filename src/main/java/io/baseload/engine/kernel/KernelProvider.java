package io.baseload.engine.kernel;

import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.lanes.Lanes;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Chooses the twin. {@link VectorKernels} and all that it uses can't be loaded without the module of the Vector API, so it is named only where that is there.
 */
final class KernelProvider {
    private static final Logger LOG = System.getLogger(KernelProvider.class.getName());

    private static final boolean VECTORS = vectors();

    static final Kernels EXACT = choose(Precision.EXACT);
    static final Kernels FAST = choose(Precision.FAST);

    private KernelProvider() {}

    private static Kernels choose(Precision precision) {
        return VECTORS ? new VectorKernels(precision) : Kernels.scalar(precision);
    }

    private static boolean vectors() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "The Vector API is missing, so the engine computes many times slower than it could."
                            + " Start Java with --add-modules jdk.incubator.vector");
            return false;
        }
        return Lanes.usable();
    }
}

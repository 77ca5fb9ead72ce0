package io.baseload.engine.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.platform.VectorInstructions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Chooses between the two implementations. {@link VectorKernels} and its classes can't be loaded without the module of the Vector API, so it is referred to only if that exists.
 */
final class KernelProvider {
    private static final Logger LOG = System.getLogger(KernelProvider.class.getName());

    private static final boolean MODULE =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private static final boolean VECTORS = MODULE && Lanes.usable();
    private static final AtomicBoolean WARNED = new AtomicBoolean();
    private static final boolean MULTIPLY_ADD = multiplyAdd();

    private static final Kernels EXACT = choose(Precision.EXACT);
    private static final Kernels FAST = choose(Precision.FAST);

    private KernelProvider() {}

    /** @throws IllegalStateException in a JVM without its optimizing compiler, or without fused multiply-adds */
    static Kernels best(Precision precision) {
        refuseWithoutOptimizer(System.getProperty("java.vm.info", ""));
        refuseWithoutMultiplyAdd();
        if (!MODULE && !WARNED.getAndSet(true)) {
            LOG.log(
                    Level.WARNING,
                    "The Vector API is missing, so the engine computes many times slower than it could."
                            + " Start Java with --add-modules jdk.incubator.vector");
        }
        return planned(precision);
    }

    static Kernels planned(Precision precision) {
        return precision == Precision.EXACT ? EXACT : FAST;
    }

    /** Those that multiply prompts by plain weights in 16 bits; where that isn't faster, the same as without. */
    static Kernels plainInWide() {
        Kernels best = best(Precision.FAST);
        VectorInstructions tiles = tiles(Precision.FAST);
        if (bf16()) {
            return new VectorKernels(Precision.FAST, Bf16Format.SPLIT, tiles, floats());
        }
        return Int16Format.usable(tiles)
                ? new VectorKernels(Precision.FAST, Int16Format.INSTANCE, tiles, floats())
                : best;
    }

    /** The definition of a precision, with the forms of prompt rows that this machine has. */
    static Kernels scalar(Precision precision) {
        return new ScalarKernels(precision, null, tiles(precision));
    }

    /** The instructions that are used: those with the JVM's own vectors, so that {@code -XX:UseAVX} limits them too. */
    private static @Nullable VectorInstructions tiles(Precision precision) {
        boolean integers = VECTORS && precision == Precision.FAST;
        return integers ? VectorInstructions.best(Lanes.FLOATS.vectorBitSize()).orElse(null) : null;
    }

    /** The instructions for products in F32. With fewer lanes than the JVM's own vectors have, machine code would be no faster. */
    private static @Nullable VectorInstructions floats() {
        int bits = Lanes.FLOATS.vectorBitSize();
        return VectorInstructions.best(bits).filter(set -> set.bits() == bits).orElse(null);
    }

    private static Kernels choose(Precision precision) {
        if (!VECTORS) {
            return Kernels.scalar(precision);
        }
        Bf16Format prompts = precision == Precision.FAST && bf16() ? Bf16Format.ROUNDED : null;
        return new VectorKernels(precision, prompts, tiles(precision), floats());
    }

    private static boolean bf16() {
        return VECTORS && Bf16Linear.USABLE;
    }

    /** Without the optimizing compiler the vector kernels allocate an object for each vector, and the scalar ones are many times slower too: no model would ever answer. */
    private static void refuseWithoutOptimizer(String vm) {
        if (vm.contains("interpreted mode") || vm.contains("emulated-client")) {
            throw new IllegalStateException("This JVM runs without its optimizing compiler (" + vm
                    + "), so the engine would compute hundreds of times slower: start Java without -Xint and"
                    + " without -XX:TieredStopAtLevel. To run an application, Spring Boot's plugins for Maven and"
                    + " Gradle add the latter unless optimizedLaunch is false, and so does IntelliJ unless the run"
                    + " configuration has 'Disable launch optimization'");
        }
    }

    /** Without the instruction a multiply-add, of which all kernels consist, is computed with decimal numbers. */
    private static void refuseWithoutMultiplyAdd() {
        if (!MULTIPLY_ADD) {
            throw new IllegalStateException("This JVM has no instructions for fused multiply-adds (FMA), so the"
                    + " engine would compute hundreds of times slower. Either the processor is older than Intel's"
                    + " Haswell (2013) or AMD's Piledriver (2012), or a virtual machine hides them: give it the CPU"
                    + " model of its host (in QEMU, 'host')");
        }
    }

    /** Whether the JVM uses such instructions; assumed of one that doesn't tell. */
    private static boolean multiplyAdd() {
        var virtualMachine = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        try {
            return virtualMachine == null
                    || Boolean.parseBoolean(virtualMachine.getVMOption("UseFMA").getValue());
        } catch (IllegalArgumentException unknown) {
            return true;
        }
    }
}

package io.baseload.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Precision;
import io.baseload.engine.kernel.generated.NibbleFloat;
import io.baseload.engine.kernel.lanes.Lanes;
import io.baseload.engine.tensor.NativeMemory;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
class KernelCopiesTest {
    private static final int COLUMNS = 256;

    private final RandomWeights random = new RandomWeights(5);

    @ParameterizedTest
    @EnumSource(Precision.class)
    void copiesAreOtherClasses(Precision precision) {
        Kernels kernels = Kernels.best(precision);
        Kernels copies = kernels.copied();
        assertThat(copies.getClass()).isNotEqualTo(kernels.getClass());
        assertThat(copies).isNotEqualTo(kernels).isEqualTo(copies.copied()).isEqualTo(kernels.copied());
        assertThat(copies.name()).isEqualTo(kernels.name() + ", compiled anew");
        assertThat(copies.precision()).isEqualTo(precision);
        assertThat(Kernels.scalar(precision).copied()).isEqualTo(Kernels.scalar(precision));
    }

    /** Classes of other packages and those that aren't public are copied too; those of objects aren't. */
    @Test
    void theClassesOfKernelsAreCopied() throws ReflectiveOperationException {
        Class<?> copies = Kernels.best().copied().getClass();
        ClassLoader loader = copies.getClassLoader();
        for (Class<?> kernel : new Class<?>[] {NibbleFloat.class, Lanes.class, RowKernels.class, AttentionKernel.class}) {
            Class<?> copy = Class.forName(kernel.getName() + KernelCopies.SUFFIX, false, loader);
            assertThat(copy.getPackage()).isEqualTo(kernel.getPackage());
            assertThat(copy.getModifiers()).isEqualTo(kernel.getModifiers());
        }
        for (Class<?> other : new Class<?>[] {Scratch.class, Kernels.class, ScalarKernels.class, KernelProvider.class}) {
            assertThat(loader.getResource(other.getName().replace('.', '/') + ".class")).isNotNull();
            assertThat(exists(other.getName() + KernelCopies.SUFFIX, loader)).isFalse();
        }
    }

    private static boolean exists(String name, ClassLoader loader) {
        try {
            Class.forName(name, false, loader);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("io.baseload.engine.kernel.RandomWeights#packings")
    void copiesComputeTheSame(Packing packing) {
        try (NativeMemory memory = new NativeMemory()) {
            int cols = COLUMNS / packing.block() * packing.block();
            PackedMatrix w = random.matrix(memory, packing, 80, cols);
            Rows x = random.rows(21, cols);
            Scratch scratch = Scratch.allocate(memory, cols, 32);
            for (Precision precision : Precision.values()) {
                Kernels kernels = Kernels.best(precision);
                float[] expected = linear(memory, kernels, w, x, scratch);
                assertThat(linear(memory, kernels.copied(), w, x, scratch)).isEqualTo(expected);
            }
        }
    }

    /** One decode row, several, and a prompt. */
    private static float[] linear(NativeMemory memory, Kernels kernels, PackedMatrix w, Rows x, Scratch scratch) {
        Rows y = Rows.allocate(21, w.rows());
        kernels.decodeLinear(w, x, y, 0, 1, 0, w.panels(), scratch);
        kernels.decodeLinear(w, x, y, 1, 8, 0, w.panels(), scratch);
        PromptForm form = kernels.promptForm(w);
        if (form == PromptForm.PLAIN) {
            kernels.prefillLinear(w, x, y, 8, 21, 0, w.panels(), scratch);
        } else {
            PromptRows rows = PromptRows.allocate(memory, PromptRows.elements(21, w.cols()), kernels.promptBytes());
            kernels.quantize(form, x, 21, 0, 21, rows, scratch);
            kernels.prefillLinear(w, rows, y, 8, 21, 0, w.panels(), scratch);
        }
        return y.data();
    }

    @Test
    void copiesComputeTheSameRows() {
        try (NativeMemory memory = new NativeMemory()) {
            Scratch scratch = Scratch.allocate(memory, 32, 32);
            Kernels kernels = Kernels.best();
            assertThat(norms(kernels.copied(), scratch)).isEqualTo(norms(kernels, scratch));
            Rows y = random.rows(1, 576);
            Allocation.assertNone(200, () -> norms(kernels.copied(), y, scratch));
        }
    }

    private static float[] norms(Kernels kernels, Scratch scratch) {
        Rows y = new RandomWeights(3).rows(1, 576);
        norms(kernels, y, scratch);
        return y.data();
    }

    private static final float[] WEIGHT = new float[576];

    static {
        Arrays.fill(WEIGHT, 1.5f);
    }

    private static void norms(Kernels kernels, Rows y, Scratch scratch) {
        kernels.rmsNorm(y, WEIGHT, 1e-5f, y, 0, 1, scratch);
        kernels.gelu(y, 0, 1, 0, 576);
        kernels.softCap(y, 5, 0, 1, 0, 576);
    }
}

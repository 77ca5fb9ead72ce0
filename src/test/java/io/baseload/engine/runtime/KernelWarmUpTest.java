package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptForm;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.lanes.Int8Rows;
import io.baseload.engine.kernel.tiles.TileForm;
import io.baseload.engine.kernel.tiles.TileRows;
import io.baseload.engine.kernel.tiles.UnpackedPanels;
import io.baseload.engine.kv.KvLayout;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.platform.VectorInstructions;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Rows;
import io.baseload.testing.LogMessages;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelWarmUpTest {
    private static final KvLayout LAYOUT = new KvLayout(30, 3, 64, 64, 0, KvPrecision.F32);

    private final Map<String, Integer> calls = new HashMap<>();
    private byte[] objects = {};
    private boolean failing;
    private boolean vectors = true;
    private PromptForm form = PromptForm.PLAIN;

    /** Kernels that compute nothing, count their calls, and allocate a given number of bytes. */
    private Kernels counted(int bytes) {
        ClassLoader loader = Kernels.class.getClassLoader();
        return (Kernels) Proxy.newProxyInstance(loader, new Class<?>[] {Kernels.class}, (proxy, method, arguments) -> {
            if (method.getReturnType() == void.class) {
                boolean prepared = arguments[1] instanceof PromptRows;
                calls.merge(method.getName() + (prepared ? ", prepared" : ""), 1, Integer::sum);
                objects = new byte[bytes];
                if (failing) {
                    throw new IllegalStateException("broken");
                }
            }
            return answer(proxy, method, arguments);
        });
    }

    private Object answer(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
            case "hashCode" -> System.identityHashCode(proxy);
            case "promptForm" -> form;
            case "promptBytes" -> 0L;
            case "vectors" -> vectors;
            default -> null;
        };
    }

    @Test
    void eachPackingIsWarmedOnce() {
        Kernels kernels = counted(0);
        KernelWarmUp.run(kernels, Set.of(Packing.Q4_0), Set.of(), LAYOUT, 3);
        assertThat(calls).containsOnlyKeys("decodeLinear", "prefillLinear", "attend");
        var first = Map.copyOf(calls);
        KernelWarmUp.run(kernels, Set.of(Packing.Q4_0), Set.of(), LAYOUT, 3);
        assertThat(calls).isEqualTo(first);
        KernelWarmUp.run(kernels, Set.of(Packing.Q4_0, Packing.Q8_0), Set.of(), LAYOUT, 3);
        assertThat(calls.get("decodeLinear")).isGreaterThan(first.get("decodeLinear"));
        assertThat(calls).containsEntry("attend", first.get("attend"));
    }

    /** Such a matrix with other columns is multiplied in F32. */
    @Test
    void promptsOfPlainWeightsIn16BitsAreWarmedInF32Too() {
        form = PromptForm.INT16;
        KernelWarmUp.run(counted(0), Set.of(Packing.BF16), Set.of(), LAYOUT, 3);
        assertThat(calls)
                .containsOnlyKeys("decodeLinear", "prefillLinear", "quantize", "prefillLinear, prepared", "attend");
        calls.clear();
        KernelWarmUp.run(counted(0), Set.of(Packing.Q4_0), Set.of(), LAYOUT, 3);
        assertThat(calls).containsOnlyKeys("decodeLinear", "quantize", "prefillLinear, prepared", "attend");
    }

    /** Also if the same packing is already warm for other matrices. */
    @Test
    void promptsOfCodedMatricesForSingleHeadsAreWarmedInF32() {
        form = PromptForm.TILES;
        Kernels kernels = counted(0);
        KernelWarmUp.run(kernels, Set.of(Packing.Q4_0), Set.of(), LAYOUT, 3);
        assertThat(calls).containsOnlyKeys("decodeLinear", "quantize", "prefillLinear, prepared", "attend");
        calls.clear();
        KernelWarmUp.run(kernels, Set.of(Packing.Q4_0), Set.of(Packing.Q4_0), LAYOUT, 3);
        assertThat(calls).containsOnlyKeys("prefillLinear");
    }

    @Test
    void warmUpGivesUpOnKernelsThatStayCold() {
        try (var messages = new LogMessages(KernelWarmUp.class.getName())) {
            KernelWarmUp.run(counted(1000), Set.of(Packing.Q4_0, Packing.BF16), Set.of(), LAYOUT, 3);
            assertThat(messages.texts())
                    .containsExactly(
                            "WARNING: after 100 rounds of calls the JIT has not compiled all kernels for BF16; I4"
                                    + " in blocks of 32, F16; attention: the first requests are slow");
        }
        assertThat(calls).containsEntry("decodeLinear", 2 * 4 * KernelWarmUp.CALLS * KernelWarmUp.MAX_ROUNDS);
    }

    @Test
    void aFailedWarmUpIsRepeated() {
        Kernels kernels = counted(0);
        failing = true;
        assertThatThrownBy(() -> KernelWarmUp.run(kernels, Set.of(Packing.Q4_0), Set.of(), LAYOUT, 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("broken");
        calls.clear();
        failing = false;
        KernelWarmUp.run(kernels, Set.of(Packing.Q4_0), Set.of(), LAYOUT, 3);
        assertThat(calls).containsOnlyKeys("decodeLinear", "prefillLinear", "attend");
    }

    @Test
    void aPromptIsLongEnoughForUnpackedWeightsAndFitsOnAPage() {
        assertThat(UnpackedPanels.pays(VectorInstructions.AVX2, KernelWarmUp.PROMPT))
                .isTrue();
        assertThat(KernelWarmUp.PROMPT).isLessThanOrEqualTo(KvPages.TOKENS);
    }

    @Test
    void onlySomeGroupsAreLimited() {
        Rows x = KernelWarmUp.activations(64);
        TileRows rows = new TileRows(Arena.ofAuto().allocate(TileRows.bytes(1, 64), 64));
        rows.start(1, 64, 32, TileForm.LIMITED);
        new Int8Rows(1, 64).quantize(0, x.data(), x.at(0), rows);
        // a step that isn't the 127th of the largest number has been made larger
        assertThat(rows.memory().get(ValueLayout.JAVA_FLOAT_UNALIGNED, rows.numbers(0, 0) + 4))
                .isEqualTo(TileRows.step(x.data()[x.at(0)]));
        assertThat(rows.memory().get(ValueLayout.JAVA_FLOAT_UNALIGNED, rows.numbers(0, 1) + 4))
                .isGreaterThan(TileRows.step(3));
    }

    @Test
    void kernelsWithoutVectorsNeedNone() {
        vectors = false;
        KernelWarmUp.run(counted(1000), Set.of(Packing.Q4_0), Set.of(), LAYOUT, 3);
        assertThat(calls).isEmpty();
        assertThat(Kernels.scalar().vectors()).isFalse();
        assertThat(Kernels.best().vectors()).isTrue();
    }
}

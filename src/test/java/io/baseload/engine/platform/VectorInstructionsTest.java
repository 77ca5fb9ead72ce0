package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VectorInstructionsTest {
    private static List<VectorInstructions> of(String flags) {
        return VectorInstructions.available(
                List.of("model\t\t: 17", "flags\t\t: fpu sse2 " + flags, "bogomips\t: 5192.27"));
    }

    @Test
    void theFlagsTellWhatAProcessorHas() {
        assertThat(of("avx2 fma")).isEmpty();
        assertThat(of("fma f16c avx2 movbe")).containsExactly(VectorInstructions.AVX2);
        // some kernels name a flag twice
        assertThat(of("dts avx2 fma f16c pts dts")).containsExactly(VectorInstructions.AVX2);
        assertThat(of("fma f16c avx2 avx_vnni")).containsExactly(VectorInstructions.AVX2, VectorInstructions.AVX_VNNI);
        assertThat(of("fma f16c avx2 avx512f avx512bw")).containsExactly(VectorInstructions.AVX2);
        assertThat(of("fma f16c avx2 avx512f avx512bw avx512_vnni"))
                .containsExactly(VectorInstructions.AVX2, VectorInstructions.AVX512_VNNI);
    }

    @Test
    void aDescriptionWithoutFlagsHasNone() {
        assertThat(VectorInstructions.available(List.of())).isEmpty();
        assertThat(VectorInstructions.available(List.of("Features\t: fp asimd")))
                .isEmpty();
    }

    @Test
    void thereAreNoneWhereMachineCodeCannotBeCalled() {
        List<String> avx2 = List.of("flags\t\t: avx2 fma f16c");
        assertThat(VectorInstructions.available(avx2, "", () -> true)).containsExactly(VectorInstructions.AVX2);
        assertThat(VectorInstructions.available(avx2, "", () -> false)).isEmpty();
        assertThat(VectorInstructions.available(List.of(), "", () -> {
                    throw new AssertionError("asked");
                }))
                .isEmpty();
    }

    @Test
    void theLibrarysLimitIsOneOfMachineCodeToo() {
        List<String> all = List.of("flags\t\t: avx2 fma f16c avx_vnni avx512f avx512bw avx512_vnni");
        for (String limit : List.of("", "ALL", "DEFAULT", "AVX512_CORE_VNNI", "AVX512_CORE_AMX")) {
            assertThat(VectorInstructions.available(all, limit, () -> true))
                    .containsExactly(VectorInstructions.values());
        }
        assertThat(VectorInstructions.available(all, "AVX2_VNNI", () -> true))
                .containsExactly(VectorInstructions.AVX2, VectorInstructions.AVX_VNNI);
        for (String limit : List.of("AVX2", "avx2", "AVX512_CORE")) {
            assertThat(VectorInstructions.available(all, limit, () -> true)).containsExactly(VectorInstructions.AVX2);
        }
        assertThat(VectorInstructions.available(all, "SSE41", () -> true)).isEmpty();
    }

    @Test
    void theBestHasNoWiderVectorsThanTheJvm() {
        for (int bits : new int[] {256, 512}) {
            assertThat(VectorInstructions.best(bits).stream())
                    .allSatisfy(set -> assertThat(set.bits()).isLessThanOrEqualTo(bits));
        }
        assertThat(VectorInstructions.best(128)).isEmpty();
    }
}

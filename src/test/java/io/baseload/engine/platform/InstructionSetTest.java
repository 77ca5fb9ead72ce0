package io.baseload.engine.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class InstructionSetTest {
    private static List<InstructionSet> of(String flags) {
        return InstructionSet.available(
                List.of("model\t\t: 17", "flags\t\t: fpu sse2 " + flags, "bogomips\t: 5192.27"));
    }

    @Test
    void theFlagsTellWhatAProcessorHas() {
        assertThat(of("avx2 fma")).isEmpty();
        assertThat(of("fma f16c avx2 movbe")).containsExactly(InstructionSet.AVX2);
        assertThat(of("fma f16c avx2 avx_vnni")).containsExactly(InstructionSet.AVX2, InstructionSet.AVX_VNNI);
        assertThat(of("fma f16c avx2 avx512f avx512bw")).containsExactly(InstructionSet.AVX2, InstructionSet.AVX512);
        assertThat(of("fma f16c avx2 avx512f avx512bw avx512_vnni"))
                .containsExactly(InstructionSet.AVX2, InstructionSet.AVX512, InstructionSet.AVX512_VNNI);
    }

    @Test
    void aDescriptionWithoutFlagsHasNone() {
        assertThat(InstructionSet.available(List.of())).isEmpty();
        assertThat(InstructionSet.available(List.of("Features\t: fp asimd"))).isEmpty();
    }

    @Test
    void theBestHasNoWiderVectorsThanTheJvm() {
        for (int bits : new int[] {256, 512}) {
            assertThat(InstructionSet.best(bits).stream())
                    .allSatisfy(set -> assertThat(set.bits()).isLessThanOrEqualTo(bits));
        }
        assertThat(InstructionSet.best(128)).isEmpty();
    }
}

package io.baseload.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.engine.api.Quantization;
import io.baseload.engine.tensor.Codes;
import io.baseload.engine.tensor.ElementType;
import io.baseload.engine.tensor.Packing;
import io.baseload.engine.tensor.Scales;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImportPackingsTest {
    private static final String LINEAR = "layers.0.attention.query";

    @ParameterizedTest
    @CsvSource({
        "NF4, NF4, 64, F32",
        "NF4_DQ, NF4, 64, LINEAR8",
        "NF4_FP8, NF4, 64, FLOAT8",
        "FP4, FP4, 64, F32",
        "Q4, U4, 32, LINEAR8_MINIMUM",
        "Q8, I8, 32, F16",
        "BF16, BF16, 1, NONE",
        "F32, F32, 1, NONE",
        "KEEP, F16, 1, NONE"
    })
    void linearLayersBecomeWhatWasAskedFor(Quantization kind, Codes codes, int block, Scales scales) {
        assertEquals(new Packing(codes, block, scales), new ImportPackings(kind).packing(LINEAR, ElementType.F16, 128));
    }

    @ParameterizedTest
    @EnumSource
    void blocksDivideRows(Quantization kind) {
        for (int cols : new int[] {32, 96, 33, 100, 1}) {
            Packing packing = new ImportPackings(kind).packing(LINEAR, ElementType.F32, cols);
            assertThat(cols % packing.block()).isZero();
            assertThat(cols % 32 == 0 || !kind.lossy() || packing.equals(Packing.BF16))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"embedding", "head", "layers.0.ffn.router", "layers.0.attention.filter.first"})
    void otherMatricesStayAsTheyAre(String name) {
        assertEquals(Packing.F16, new ImportPackings(Quantization.Q4).packing(name, ElementType.F16, 128));
    }
}

package io.baseload.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.ModelOutline;
import io.baseload.engine.quant.Blocks;
import io.baseload.engine.tensor.ElementType;
import io.baseload.service.planner.NamedShapes;
import io.baseload.testing.CollectingSink;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random weights have plausible numbers in every format, and models of them run. */
class RandomModelTest {
    private static final double DEVIATION = 0.05;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(
            names = {"F64", "F8_E4M3", "F8_E5M2", "BOOL", "U8", "(I|NF4_|FP4_|U4_|F8_E4M3_)[0-9]+"},
            mode = EnumSource.Mode.MATCH_NONE)
    void numbersAreSpreadAsAskedFor(ElementType type) {
        var random = new SplittableRandom(7);
        ByteBuffer bytes = RandomBlocks.of(type, DEVIATION, random).some(1024, random);
        float[] values = new float[bytes.remaining() / type.blockBytes() * type.blockSize()];
        Blocks.dequantize(type, MemorySegment.ofBuffer(bytes), 0, values.length, values, 0);
        double sum = 0;
        double squares = 0;
        for (float value : values) {
            sum += value;
            squares += value * value;
        }
        double deviation = Math.sqrt(squares / values.length);
        assertThat(deviation / DEVIATION).as("deviation").isCloseTo(1, Offset.offset(0.45));
        assertThat(sum / values.length / deviation).as("mean").isCloseTo(0, Offset.offset(0.2));
    }

    /** A shape has the same name, and the same number of parameters, as in a plan. */
    @ParameterizedTest
    @ValueSource(strings = {"yuan2.0-2b", "yuan2.0-51b", "yuan2.0-102b", "yuan2.0-m32"})
    void shapesAreThoseOfPlans(String shape) {
        try (Engine engine = Engine.open(new EngineOptions(1, false))) {
            ModelOutline planned = engine.outline(NamedShapes.config(shape), LoadOptions.named(shape));
            assertThat(RandomShape.of(shape).tensors().stream()
                            .mapToLong(RandomShape.Tensor::elements)
                            .sum())
                    .isEqualTo(planned.parameters());
        }
    }

    @ParameterizedTest
    @CsvSource({"tiny, Q4_0", "tiny, Q6_K", "tiny-moe, Q4_K", "tiny-yuan2.0, BF16", "tiny-yuan2.0-m32, F32"})
    void modelsOfThemAnswer(String shape, ElementType type) throws IOException {
        Path model = folder.resolve(shape + ".gguf");
        RandomModel.write(RandomShape.of(shape), type, model);
        try (Engine engine = Engine.open(new EngineOptions(1, false));
                LoadedModel loaded = engine.load(model, LoadOptions.named(shape).withContextLength(32))) {
            var sink = new CollectingSink();
            loaded.generate(GenerationRequest.greedy(new int[] {1, 2, 3}, 4), sink);
            sink.await();
            assertThat(sink.ids()).hasSize(4);
        }
    }
}

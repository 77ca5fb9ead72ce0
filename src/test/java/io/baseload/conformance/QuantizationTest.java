package io.baseload.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** bitsandbytes, GPTQ, AWQ and FP8 against reference data, bit for bit. */
class QuantizationTest {
    @ParameterizedTest
    @ValueSource(strings = {"bnb4", "linear"})
    void everyCasePasses(String folder) throws IOException {
        var output = new ByteArrayOutputStream();
        int code = Conformance.run(
                List.of(TestModels.resource("quantization/" + folder).toString()),
                new PrintStream(output, true, StandardCharsets.UTF_8));
        assertEquals(0, code, () -> output.toString(StandardCharsets.UTF_8));
    }
}

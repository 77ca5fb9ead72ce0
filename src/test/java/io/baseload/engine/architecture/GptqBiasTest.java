package io.baseload.engine.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.config.QuantizationConfig;
import io.baseload.engine.format.ModelCheckpoint;
import io.baseload.testing.TestModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AutoGPTQ gave every quantized layer a bias, also in models without biases: zeros. */
class GptqBiasTest {
    private static final int ROWS = 160;
    private static final int COLS = 192;

    @TempDir
    Path folder;

    @Test
    void zerosAreIgnored() throws IOException {
        try (ModelCheckpoint checkpoint = withBias(0)) {
            CheckpointTensors tensors = tensors(checkpoint, new QuantizationConfig.Gptq(1));
            assertThat(tensors.rows("x.weight", ROWS, COLS).cols()).isEqualTo(COLS);
            tensors.refuseOthers();
        }
    }

    @Test
    void otherNumbersAreRefused() throws IOException {
        try (ModelCheckpoint checkpoint = withBias(1)) {
            CheckpointTensors tensors = tensors(checkpoint, new QuantizationConfig.Gptq(1));
            tensors.rows("x.weight", ROWS, COLS);
            assertThatThrownBy(tensors::refuseOthers)
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("x.bias");
        }
    }

    private static CheckpointTensors tensors(ModelCheckpoint checkpoint, QuantizationConfig quantization) {
        return new CheckpointTensors(checkpoint, TensorMap.empty().ignoring("x.dequantized"), List.of(), quantization);
    }

    /** The layer "x" of the reference data, with a bias whose last number is this. */
    private ModelCheckpoint withBias(float last) throws IOException {
        byte[] file = Files.readAllBytes(TestModels.resource("quantization/linear/gptq-linear.safetensors"));
        int start = 8
                + Math.toIntExact(
                        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
        int end = file.length - start;
        int bytes = ROWS * Float.BYTES;
        String header = new String(file, 8, start - 8, StandardCharsets.UTF_8)
                .strip()
                .replaceAll("\"(\\w+)\":\\{", "\"x.$1\":{")
                .replaceFirst(
                        "}$",
                        ",\"x.bias\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[%d,%d]}}"
                                .formatted(ROWS, end, end + bytes));
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        var out = new ByteArrayOutputStream();
        out.writeBytes(little(8).putLong(text.length).array());
        out.writeBytes(text);
        out.writeBytes(Arrays.copyOfRange(file, start, file.length));
        out.writeBytes(little(bytes).putFloat(bytes - Float.BYTES, last).array());
        return ModelCheckpoint.open(Files.write(folder.resolve("model.safetensors"), out.toByteArray()));
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}

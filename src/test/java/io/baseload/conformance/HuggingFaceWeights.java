package io.baseload.conformance;

import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.format.StoredTensor;
import io.baseload.engine.quant.Blocks;
import io.baseload.engine.tensor.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Weights of a llama in a GGUF file, under the names and in the order of Hugging Face's checkpoints. */
final class HuggingFaceWeights implements AutoCloseable {
    private static final Map<String, String> NAMES = Map.of(
            "self_attn.q_proj", "attn_q",
            "self_attn.k_proj", "attn_k",
            "self_attn.v_proj", "attn_v",
            "self_attn.o_proj", "attn_output",
            "mlp.gate_proj", "ffn_gate",
            "mlp.up_proj", "ffn_up",
            "mlp.down_proj", "ffn_down");

    private final ModelFolder file;
    private final ModelConfig config;

    /** @throws io.baseload.engine.api.ModelFileException if the file is broken or holds something that this version doesn't know */
    HuggingFaceWeights(Path gguf) {
        file = ModelFolder.open(gguf);
        try {
            config = Architectures.of(file).config();
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** Empty if a weight's values have this SHA-256 as little-endian F32. */
    Optional<String> check(String name, String sha256) {
        String digest = digest(values(name));
        return digest.equals(sha256) ? Optional.empty() : Optional.of("has the digest " + digest + ", not " + sha256);
    }

    private float[] values(String name) {
        if (name.equals("model.embed_tokens.weight")) {
            return read("token_embd.weight");
        }
        String[] parts = name.replaceFirst("^model\\.layers\\.", "").split("\\.", 2);
        float[] values = read("blk." + parts[0] + "." + NAMES.get(parts[1].replaceFirst("\\.weight$", "")) + ".weight");
        return parts[1].matches("self_attn\\.[qk]_proj.*") ? halves(values) : values;
    }

    private float[] read(String name) {
        StoredTensor tensor = file.weights().tensor(name).orElseThrow();
        float[] values = new float[Math.toIntExact(tensor.elements())];
        Blocks.dequantize(ElementType.valueOf(tensor.type().name()), tensor.data(), 0, values.length, values, 0);
        return values;
    }

    /** GGUF has the two rows of a rotated pair side by side, Hugging Face the first of each pair and then the second of each. */
    private float[] halves(float[] paired) {
        int head = config.attention().keyDim();
        int columns = config.hidden();
        float[] halves = new float[paired.length];
        for (int row = 0; row < paired.length / columns; row++) {
            int inHead = row % head;
            int from = row - inHead + 2 * (inHead % (head / 2)) + inHead / (head / 2);
            System.arraycopy(paired, from * columns, halves, row * columns, columns);
        }
        return halves;
    }

    private static String digest(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}

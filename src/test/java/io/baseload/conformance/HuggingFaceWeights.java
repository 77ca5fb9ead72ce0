package io.baseload.conformance;

import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.architecture.ModelDefinition;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.quant.RowSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Weights of a plain decoder as the engine reads them, under the names that Hugging Face's checkpoints have. */
final class HuggingFaceWeights implements AutoCloseable {
    private static final Map<String, String> NAMES = Map.of(
            "self_attn.q_proj", "attention.query",
            "self_attn.k_proj", "attention.key",
            "self_attn.v_proj", "attention.value",
            "self_attn.o_proj", "attention.output",
            "mlp.gate_proj", "feed_forward.gate",
            "mlp.up_proj", "feed_forward.up",
            "mlp.down_proj", "feed_forward.down");

    private final ModelFolder folder;
    private final ModelDefinition definition;

    /** @throws io.baseload.engine.api.ModelFileException if the model is broken or holds something that this version doesn't know */
    HuggingFaceWeights(Path model) {
        folder = ModelFolder.open(model);
        try {
            definition = Architectures.of(folder);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** Empty if a weight's values have this SHA-256 as little-endian F32. */
    Optional<String> check(String name, String sha256) {
        String digest = digest(weight(name));
        return digest.equals(sha256) ? Optional.empty() : Optional.of("has the digest " + digest + ", not " + sha256);
    }

    private RowSource weight(String name) {
        int hidden = definition.config().hidden();
        if (name.equals("model.embed_tokens.weight")) {
            return definition.weights().matrix("embedding", definition.config().vocabulary(), hidden);
        }
        String[] parts = name.replaceFirst("^model\\.layers\\.", "").split("\\.", 2);
        String ours = NAMES.get(parts[1].replaceFirst("\\.weight$", ""));
        String weight = "layers." + parts[0] + "." + ours;
        var layer = definition.config().layers().getFirst();
        var attention = (GroupedQuery) layer.attention();
        int width = ((Gated) layer.feedForward()).width();
        return switch (ours) {
            case "attention.query" -> definition.weights().matrix(weight, attention.queryWidth(), hidden);
            case "attention.key", "attention.value" -> definition.weights().matrix(weight, attention.kvWidth(), hidden);
            case "attention.output" -> definition.weights().matrix(weight, hidden, attention.queryWidth());
            case "feed_forward.down" -> definition.weights().matrix(weight, hidden, width);
            default -> definition.weights().matrix(weight, width, hidden);
        };
    }

    private static String digest(RowSource source) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            float[] row = new float[source.cols()];
            ByteBuffer bytes = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < source.rows(); i++) {
                source.read(i, row, 0);
                bytes.asFloatBuffer().put(row);
                digest.update(bytes.array());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        folder.close();
    }
}

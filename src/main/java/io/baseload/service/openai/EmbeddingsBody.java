package io.baseload.service.openai;

import io.baseload.service.inference.EncodingResult;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

/** The answer of {@code /v1/embeddings}. */
record EmbeddingsBody(String object, List<Entry> data, String model, EncodingUsage usage) {
    /** @param embedding numbers, or their bytes in base 64 */
    record Entry(String object, int index, Object embedding) {}

    static EmbeddingsBody of(EncodingResult encoded, boolean base64) {
        List<float[]> vectors = encoded.outputs();
        List<Entry> data = IntStream.range(0, vectors.size())
                .mapToObj(i -> new Entry("embedding", i, base64 ? bytes(vectors.get(i)) : vectors.get(i)))
                .toList();
        return new EmbeddingsBody("list", data, encoded.model(), EncodingUsage.of(encoded));
    }

    private static String bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}

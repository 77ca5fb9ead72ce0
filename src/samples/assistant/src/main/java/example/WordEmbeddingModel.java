package example;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;

/** Finds texts with the same words, by feature hashing: each word counts in the dimension that its hash gives. A stand-in until the application has an encoder. */
class WordEmbeddingModel implements EmbeddingModel {
    /** Prime, and below the 2,000 that pgvector's indexes take. */
    private static final int DIMENSIONS = 1999;

    private static final int MIN_WORD_LENGTH = 4;

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        List<Embedding> embeddings = new ArrayList<>();
        for (String text : request.getInstructions()) {
            embeddings.add(new Embedding(vector(text), embeddings.size()));
        }
        return new EmbeddingResponse(embeddings);
    }

    @Override
    public float[] embed(Document document) {
        return vector(document.getText());
    }

    @Override
    public int dimensions() {
        return DIMENSIONS;
    }

    private static float[] vector(String text) {
        float[] vector = new float[DIMENSIONS];
        double squares = 0;
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}]+")) {
            if (word.length() >= MIN_WORD_LENGTH) {
                int dimension = Math.floorMod(word.hashCode(), DIMENSIONS);
                squares += 2 * vector[dimension] + 1;
                vector[dimension]++;
            }
        }
        if (squares == 0) {
            vector[0] = 1;
            return vector;
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }
}

package io.baseload.service.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.baseload.service.inference.EncodingResult;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The answer of {@code /v1/rerank}: the most relevant document first; among equals, the one that was sent first. */
record RerankBody(String id, String object, String model, List<Result> results, EncodingUsage usage) {
    /**
     * @param index of the document in the request
     * @param relevanceScore 0 to 1
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Result(
            int index,
            float relevanceScore,
            @JsonInclude(Include.NON_NULL) @Nullable Document document) {}

    record Document(String text) {}

    static RerankBody of(EncodingResult encoded, RerankRequestParser.Parsed asked) {
        List<float[]> scores = encoded.outputs();
        List<Result> results = IntStream.range(0, scores.size())
                .mapToObj(i -> new Result(i, scores.get(i)[0], document(asked.documents(), i)))
                .sorted(Comparator.comparingDouble(Result::relevanceScore).reversed())
                .limit(asked.top())
                .toList();
        String id = "rerank-" + UUID.randomUUID().toString().replace("-", "");
        return new RerankBody(id, "list", encoded.model(), results, EncodingUsage.of(encoded));
    }

    private static @Nullable Document document(List<String> documents, int index) {
        return documents.isEmpty() ? null : new Document(documents.get(index));
    }
}

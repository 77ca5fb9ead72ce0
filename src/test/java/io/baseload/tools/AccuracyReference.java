package io.baseload.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The measurements of another implementation: {@code accuracy.json} beside the windows, with sums for each window of {@code scored_per_window} tokens, in nats.
 *
 * @param limit how many windows count
 */
record AccuracyReference(JsonNode table, int limit) {
    static Optional<AccuracyReference> beside(Path windows, int limit) throws IOException {
        Path file = windows.resolveSibling("accuracy.json");
        return Files.exists(file)
                ? Optional.of(new AccuracyReference(JsonMapper.shared().readTree(Files.readString(file)), limit))
                : Optional.empty();
    }

    /** Perplexity and mean KL over these windows; empty if it measured no such variant, or not all of these windows. */
    Optional<String> columns(String variant) {
        JsonNode sums = table.get("variants").path(variant);
        if (sums.path("window_nll").size() < limit) {
            return Optional.empty();
        }
        double perplexity = Math.exp(mean(sums.get("window_nll")));
        return Optional.of(String.format(Locale.ROOT, "%.4f | %.7f", perplexity, mean(sums.get("window_kl"))));
    }

    private double mean(JsonNode sums) {
        double sum =
                sums.valueStream().limit(limit).mapToDouble(JsonNode::asDouble).sum();
        return sum / ((double) limit * table.get("scored_per_window").asInt());
    }
}

package io.baseload.conformance;

import io.baseload.testing.Safetensors;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The negative log-likelihood (nats) of each window of text, every window from an empty cache, and the perplexity over all of them.
 *
 * @param windows has {@code input_ids} [windows, tokens]
 */
record PerplexityCheck(JsonNode variant, Safetensors windows) {
    /** Of a window's sum. */
    private static final double TOLERANCE = 0.05;

    /** Of the perplexity, relative. */
    private static final double PERPLEXITY_TOLERANCE = 1e-4;

    void run(Tally tally, Path file) {
        int tokens = windows.shape("input_ids")[1];
        JsonNode expected = variant.get("window_nll");
        double sum = 0;
        try (var model = new LogitSource(file, tokens)) {
            for (int i = 0; i < expected.size(); i++) {
                double loss = loss(model, windows.rowOfInts("input_ids", i));
                sum += loss;
                tally.difference(Math.abs(loss - expected.get(i).asDouble()));
                tally.count("window " + i, close("loss", loss, expected.get(i).asDouble(), TOLERANCE));
            }
        }
        double perplexity = Math.exp(sum / (expected.size() * (tokens - 1.0)));
        double reference = variant.get("ppl").asDouble();
        tally.remark(String.format(Locale.ROOT, "perplexity %.4f", perplexity));
        tally.count("perplexity", close("perplexity", perplexity, reference, reference * PERPLEXITY_TOLERANCE));
    }

    private static double loss(LogitSource model, int[] ids) {
        float[][] logits = model.logits(ids);
        double loss = 0;
        for (int i = 0; i + 1 < ids.length; i++) {
            loss += Logits.logSumExp(logits[i]) - logits[i][ids[i + 1]];
        }
        return loss;
    }

    private static Optional<String> close(String what, double given, double expected, double tolerance) {
        return Math.abs(given - expected) <= tolerance
                ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT, "%s is %.5f, not %.5f", what, given, expected));
    }
}

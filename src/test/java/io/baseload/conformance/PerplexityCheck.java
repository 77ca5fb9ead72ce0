package io.baseload.conformance;

import io.baseload.tools.AccuracyRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Perplexity and divergence of one variant of a model, by the product's own commands.
 *
 * @param variant the reference's figures: {@code window_nll} (nats), {@code ppl}, {@code mean_kl}
 * @param bar the tolerance
 */
record PerplexityCheck(JsonNode variant, Bar bar) {
    /** The product's format with which a variant is compared, and the tolerance. */
    sealed interface Bar {
        /** The file as it is: each window's loss within 0.05, the perplexity within 0.01 %. */
        record AsStored() implements Bar {}

        /** The same format: the perplexity within 0.1 %, the mean divergence within 2 %. */
        record Same(String quantization) implements Bar {}

        /** A scheme of our own in its place: the mean divergence at most 5 % above. */
        record Own(String quantization) implements Bar {}
    }

    /** Cases that {@link #run} counts. */
    int cases() {
        return switch (bar) {
            case Bar.AsStored() -> variant.get("window_nll").size() + 1;
            case Bar.Same(String _) -> 2;
            case Bar.Own(String _) -> 1;
        };
    }

    void run(Tally tally, Path model, Path windows) throws IOException {
        var run = new AccuracyRun(model, windows, variant.get("window_nll").size());
        switch (bar) {
            case Bar.AsStored() -> asStored(tally, run.plain());
            case Bar.Same(String quantization) -> same(tally, run.quantized(quantization));
            case Bar.Own(String quantization) -> own(tally, run.quantized(quantization));
        }
    }

    private void asStored(Tally tally, JsonNode report) {
        JsonNode expected = variant.get("window_nll");
        for (int i = 0; i < expected.size(); i++) {
            double loss = report.get("nll").get(i).asDouble();
            tally.difference(Math.abs(loss - expected.get(i).asDouble()));
            tally.count("window " + i, close("loss", loss, expected.get(i).asDouble(), 0.05));
        }
        perplexity(tally, report, 1e-4);
    }

    private void same(Tally tally, JsonNode report) {
        perplexity(tally, report, 1e-3);
        double kl = report.at("/against/meanKl").asDouble();
        double expected = variant.get("mean_kl").asDouble();
        tally.count("mean KL", close("mean KL", kl, expected, 0.02 * expected));
    }

    private void own(Tally tally, JsonNode report) {
        double kl = report.at("/against/meanKl").asDouble();
        double most = 1.05 * variant.get("mean_kl").asDouble();
        tally.remark(String.format(Locale.ROOT, "mean KL %.5f, at most %.5f", kl, most));
        tally.count("mean KL", kl <= most ? Optional.empty() : Optional.of("is " + kl + ", at most " + most));
    }

    private void perplexity(Tally tally, JsonNode report, double tolerance) {
        double perplexity = report.get("perplexity").asDouble();
        double expected = variant.get("ppl").asDouble();
        tally.remark(String.format(Locale.ROOT, "perplexity %.4f", perplexity));
        tally.count("perplexity", close("perplexity", perplexity, expected, expected * tolerance));
    }

    private static Optional<String> close(String what, double given, double expected, double tolerance) {
        return Math.abs(given - expected) <= tolerance
                ? Optional.empty()
                : Optional.of(String.format(Locale.ROOT, "%s is %.5f, not %.5f", what, given, expected));
    }
}

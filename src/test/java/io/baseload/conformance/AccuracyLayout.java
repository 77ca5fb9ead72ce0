package io.baseload.conformance;

import io.baseload.testing.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Perplexity of a real model under several formats for its weights: a JSON table of {@code variants} with the loss of each window of text, whose ids stand in
 * {@code windows.safetensors}. A suite for each variant.
 */
final class AccuracyLayout implements Layout {
    /** The table doesn't name it. */
    private static final String MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf";

    private static final String AS_STORED = "f32";

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        Optional<Path> windows = folder.file("windows.safetensors");
        for (var entry : folder.json().entrySet()) {
            JsonNode table = entry.getValue();
            if (windows.isPresent() && Json.has(table, "variants", "tokens_per_window")) {
                Safetensors values = Safetensors.read(windows.get());
                Optional<Path> model = models.find(MODEL);
                table.get("variants")
                        .forEachEntry((name, variant) -> suites.add(
                                suite(folder.label(entry.getKey()) + ":" + name, name, variant, model, values)));
            }
        }
        return suites;
    }

    /** One case for each window, and one for the perplexity. */
    private static Suite suite(String label, String name, JsonNode variant, Optional<Path> model, Safetensors windows) {
        int cases = variant.get("window_nll").size() + 1;
        if (!name.equals(AS_STORED)) {
            return Suite.unsupported(label, cases, "quantizing a model to " + name + " is not supported yet");
        }
        if (model.isEmpty()) {
            return Suite.unsupported(label, cases, MODEL + " was not found; --models says where it lies");
        }
        var check = new PerplexityCheck(variant, windows);
        return new Suite(label, tally -> check.run(tally, model.get()));
    }
}

package io.baseload.conformance;

import io.baseload.conformance.PerplexityCheck.Bar;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Perplexity of a real model under several formats for its weights: a JSON table of {@code variants} with the loss of each window of text, whose ids stand in
 * {@code windows.safetensors}. A suite for each variant.
 */
final class AccuracyLayout implements FolderLayout {
    /** The table doesn't name it. */
    private static final String MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf";

    /**
     * What import has for each variant. bitsandbytes' form of double quantization is only read; ours is written, whose blocks of scales follow panels instead of rows.
     */
    private static final Map<String, Bar> BARS = Map.of(
            "f32", new Bar.AsStored(),
            "nf4", new Bar.Same("nf4"),
            "nf4_lin8", new Bar.Own("nf4-dq"),
            "nf4_fp8", new Bar.Own("nf4-fp8"),
            "nf4_dq", new Bar.Own("nf4-dq"),
            "fp4", new Bar.Same("fp4"),
            "q8_0", new Bar.Same("q8"));

    /** Formats that are read exactly, which the suites of GGUF types and checkpoints hold, and that import does not write. */
    private static final Set<String> ONLY_READ = Set.of("fp4_dq", "q4_0", "q4_k", "iq4_nl", "mxfp4", "nf4_b128_dq");

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        Optional<Path> windows = folder.file("windows.safetensors");
        for (var entry : folder.json().entrySet()) {
            JsonNode table = entry.getValue();
            if (windows.isPresent() && ConformanceJson.has(table, "variants", "tokens_per_window")) {
                Optional<Path> model = models.find(MODEL);
                table.get("variants")
                        .forEachEntry((name, variant) -> suites.add(
                                suite(folder.label(entry.getKey()) + ":" + name, name, variant, model, windows.get())));
            }
        }
        return suites;
    }

    private static Suite suite(String label, String name, JsonNode variant, Optional<Path> model, Path windows) {
        if (ONLY_READ.contains(name)) {
            return Suite.withoutCases(label, name + " is not a format that import writes");
        }
        Bar bar = BARS.get(name);
        if (bar == null) {
            return Suite.unsupported(label, 2, "import doesn't offer " + name);
        }
        var check = new PerplexityCheck(variant, bar);
        return model.map(path -> new Suite(label, tally -> check.run(tally, path, windows)))
                .orElseGet(() ->
                        Suite.unsupported(label, check.cases(), MODEL + " was not found; --models says where it lies"));
    }
}

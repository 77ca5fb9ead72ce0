package io.baseload.conformance;

import io.baseload.testing.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Folders of formats that this version doesn't read: their cases are counted, as failed. */
final class LaterLayout implements Layout {
    private static final String SAFETENSORS = "safetensors are not supported yet";
    private static final String BNB = "bitsandbytes' formats are not supported yet";

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        for (var entry : folder.json().entrySet()) {
            String label = folder.label(entry.getKey());
            JsonNode json = entry.getValue();
            if (isQuantizedCases(json)) {
                int configurations = json.get("cases")
                        .valueStream()
                        .mapToInt(c -> c.get("configs").size())
                        .sum();
                suites.add(Suite.unsupported(label, configurations, BNB));
            } else if (Json.has(json, "nf4", "fp4", "dynamic_map_signed_8bit")) {
                suites.add(Suite.unsupported(label, 3, BNB));
            } else if (Json.has(json, "sha256_of_f32_little_endian")) {
                suites.add(checkpoint(folder, json));
            }
        }
        for (Path linear : folder.endingIn("-linear.safetensors")) {
            suites.add(Suite.unsupported(folder.label(linear), 1, SAFETENSORS));
        }
        for (Path codes : folder.endingIn("-codes.safetensors")) {
            suites.add(Suite.unsupported(folder.label(codes), 1, SAFETENSORS));
        }
        return suites;
    }

    private static boolean isQuantizedCases(JsonNode json) {
        return json.path("cases").isObject() && json.get("cases").valueStream().allMatch(c -> c.has("configs"));
    }

    /** The weights by their digest, and the logits of each sequence. */
    private static Suite checkpoint(Folder folder, JsonNode expected) throws IOException {
        int cases = expected.get("sha256_of_f32_little_endian").size();
        var values = folder.file("expected.safetensors");
        if (values.isPresent()) {
            cases += Safetensors.read(values.get()).count("logits.");
        }
        return Suite.unsupported(folder.name().toString(), cases, SAFETENSORS);
    }
}

package io.baseload.conformance;

import io.baseload.testing.Safetensors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Folders of formats that this version doesn't read: their cases are counted, as failed. */
final class LaterLayout implements Layout {
    private static final String SAFETENSORS = "safetensors are not supported yet";

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        var suites = new ArrayList<Suite>();
        for (var entry : folder.json().entrySet()) {
            JsonNode json = entry.getValue();
            if (Json.has(json, "sha256_of_f32_little_endian")) {
                suites.add(checkpoint(folder, json));
            }
        }
        return suites;
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

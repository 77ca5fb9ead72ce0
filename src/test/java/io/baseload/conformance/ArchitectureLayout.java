package io.baseload.conformance;

import io.baseload.testing.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Checkpoints of one architecture each, with the logits of the reference in {@code expected.json} and {@code expected.safetensors}: a suite for the checkpoint
 * and one for its GGUF twin, where there is one.
 */
final class ArchitectureLayout implements Layout {
    private static final String NOT_SUPPORTED = "checkpoints in safetensors or PyTorch's format are not supported yet";

    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        Optional<JsonNode> expected =
                folder.json("expected.json").filter(json -> Json.has(json, "sequences", "greedy", "tolerance"));
        if (expected.isEmpty()) {
            return List.of();
        }
        var suites = new ArrayList<Suite>();
        suites.add(Suite.unsupported(folder.name().toString(), cases(expected.get()), NOT_SUPPORTED));
        Optional<Path> twin =
                folder.file(expected.get().path("gguf").path("file").asString(""));
        if (twin.isPresent()) {
            Safetensors values = Safetensors.read(folder.path().resolve("expected.safetensors"));
            var check = new ArchitectureCheck(expected.get(), values);
            suites.add(new Suite(folder.label(twin.get()), tally -> check.run(tally, twin.get())));
        }
        return suites;
    }

    private static int cases(JsonNode expected) {
        return expected.get("sequences").size()
                + expected.path("sequences_with_eod").size()
                + (int) List.of("greedy", "text", "long").stream()
                        .filter(expected::has)
                        .count();
    }
}

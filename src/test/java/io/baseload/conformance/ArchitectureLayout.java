package io.baseload.conformance;

import io.baseload.testing.ReferenceTensors;
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
final class ArchitectureLayout implements FolderLayout {
    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        Optional<JsonNode> found = folder.json("expected.json")
                .filter(json -> ConformanceJson.has(json, "sequences", "greedy", "tolerance"));
        if (found.isEmpty()) {
            return List.of();
        }
        JsonNode expected = found.get();
        ReferenceTensors values = ReferenceTensors.read(folder.path().resolve("expected.safetensors"));
        var check = new ArchitectureCheck(expected, values, models.shards(), Integer.MAX_VALUE);
        var suites = new ArrayList<Suite>();
        suites.add(new Suite(folder.name().toString(), tally -> check.run(tally, folder.path())));
        JsonNode gguf = expected.path("gguf");
        Optional<Path> twin = folder.file(gguf.path("file").asString(""));
        if (twin.isPresent()) {
            int equalBelow = gguf.path("equal_only_for_positions_below").asInt(Integer.MAX_VALUE);
            var twinCheck = new ArchitectureCheck(expected, values, models.shards(), equalBelow);
            suites.add(new Suite(folder.label(twin.get()), tally -> {
                twinCheck.run(tally, twin.get());
                new WordsCheck(expected, true).run(tally, Tokenizers.of(twin.get()));
            }));
        }
        return suites;
    }
}

package io.baseload.conformance;

import io.baseload.testing.ReferenceTensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Reference values for a real model whose file lies elsewhere: {@code expected.json} names it and lists prompts. */
final class PromptLayout implements FolderLayout {
    @Override
    public List<Suite> suites(Folder folder, Models models) throws IOException {
        Optional<JsonNode> expected =
                folder.json("expected.json").filter(json -> ConformanceJson.has(json, "model", "prompts"));
        if (expected.isEmpty()) {
            return List.of();
        }
        String name = folder.name().toString();
        String model = ConformanceJson.text(expected.get(), "model");
        Optional<Path> file = models.find(model);
        if (file.isEmpty()) {
            int cases = expected.get().get("prompts").size() * PromptCheck.CASES;
            return List.of(Suite.unsupported(name, cases, model + " was not found; --models says where it lies"));
        }
        ReferenceTensors values = ReferenceTensors.read(folder.path().resolve("expected.safetensors"));
        var check = new PromptCheck(expected.get(), values, models.shards());
        return List.of(new Suite(name, tally -> check.run(tally, file.get())));
    }
}

package io.baseload.conformance;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.format.ModelCheckpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Broken files: a JSON list of files, each with the verdict "accept" or "refuse" and the offset of the error. */
final class HostileFileLayout implements FolderLayout {
    @Override
    public List<Suite> suites(Folder folder, Models models) {
        return folder.json().entrySet().stream()
                .filter(entry -> isTable(entry.getValue()))
                .map(entry ->
                        new Suite(folder.label(entry.getKey()), tally -> check(tally, folder.path(), entry.getValue())))
                .toList();
    }

    private static boolean isTable(JsonNode json) {
        return json.isArray() && ConformanceJson.has(json.path(0), "file", "wrong", "verdict");
    }

    private static void check(Tally tally, Path folder, JsonNode table) {
        for (JsonNode row : table) {
            String file = ConformanceJson.text(row, "file");
            tally.count(file, open(folder.resolve(file), row));
        }
    }

    private static Optional<String> open(Path file, JsonNode row) {
        boolean refuse = ConformanceJson.text(row, "verdict").startsWith("refuse");
        try {
            ModelCheckpoint.open(file).close();
            return refuse
                    ? Optional.of("was accepted, although " + ConformanceJson.text(row, "wrong"))
                    : Optional.empty();
        } catch (ModelFileException e) {
            if (!refuse) {
                return Optional.of("was refused: " + e.getMessage());
            }
            long at = row.get("offset").asLong(-1);
            return at < 0 || e.offset() == at
                    ? Optional.empty()
                    : Optional.of("is wrong at " + at + ", but: " + e.getMessage());
        }
    }
}

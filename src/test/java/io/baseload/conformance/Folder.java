package io.baseload.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder's own files.
 *
 * @param name how the folder is called in the report: its path from the folder that was asked for
 */
record Folder(Path path, Path name, List<Path> files) {
    static Folder of(Path path, Path name) throws IOException {
        try (var files = Files.list(path)) {
            return new Folder(
                    path, name, files.filter(Files::isRegularFile).sorted().toList());
        }
    }

    /** How a file of this folder is called in the report. */
    String label(Path file) {
        return name.resolve(file.getFileName()).toString();
    }

    Optional<Path> file(String fileName) {
        return files.stream()
                .filter(file -> file.getFileName().toString().equals(fileName))
                .findFirst();
    }

    List<Path> endingIn(String suffix) {
        return files.stream().filter(file -> file.toString().endsWith(suffix)).toList();
    }

    /** Every file that holds JSON, by path. */
    Map<Path, JsonNode> json() {
        var parsed = new TreeMap<Path, JsonNode>();
        endingIn(".json").forEach(file -> read(file).ifPresent(json -> parsed.put(file, json)));
        return parsed;
    }

    /** The JSON in a file; empty if there is no such file or it holds something else. */
    Optional<JsonNode> json(String fileName) {
        return file(fileName).flatMap(Folder::read);
    }

    private static Optional<JsonNode> read(Path file) {
        try {
            return Optional.of(JsonMapper.shared().readTree(file.toFile()));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}

package io.baseload.conformance;

import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where model files lie that reference data only name, and how models are computed.
 *
 * @param shards that they are cut into
 */
record Models(List<Path> folders, int shards) {
    static Models bundled() {
        return new Models(List.of(TestModels.smolLm2().getParent()), 1);
    }

    Models below(Path folder) {
        return new Models(Stream.concat(Stream.of(folder), folders.stream()).toList(), shards);
    }

    Models in(int count) {
        return new Models(folders, count);
    }

    /** The file of this name in one of the folders or below. */
    Optional<Path> find(String fileName) throws IOException {
        for (Path folder : folders) {
            try (var tree = Files.find(
                    folder, 8, (path, file) -> path.getFileName().toString().equals(fileName))) {
                Optional<Path> found = tree.findFirst();
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }
}

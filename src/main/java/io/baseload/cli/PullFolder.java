package io.baseload.cli;

import io.baseload.service.pull.PullSource;
import io.baseload.service.pull.PullSource.HuggingFace;
import io.baseload.service.pull.Puller;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder of a pulled model. It belongs to one source, which is written in its file {@value #SOURCE}: a pull deletes files that its source doesn't have, so it may only find
 * those of earlier pulls of the same source.
 */
record PullFolder(Path folder, PullSource from) {
    private static final String SOURCE = "source.txt";

    /**
     * Makes it the source's folder.
     *
     * @throws BadInputException if it is that of something else
     */
    void claim() {
        Path source = folder.resolve(SOURCE);
        try {
            if (isEmpty()) {
                Files.createDirectories(folder);
                Files.writeString(source, described());
                return;
            }
            if (!Files.isRegularFile(source) || !names().stream().allMatch(PullFolder::isOfPull)) {
                throw new BadInputException(folder + " is not empty: --into takes a new folder");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be used", e);
        }
        String other = TextFile.read(source);
        if (!other.equals(described())) {
            throw new BadInputException(
                    folder + " has the files of " + other.strip() + ": --into takes another folder");
        }
    }

    /** A pull that found nothing, of a mistyped repository for example, has left only the name of its source. */
    private boolean isEmpty() throws IOException {
        return !Files.exists(folder) || Set.of(SOURCE).containsAll(names());
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> String.valueOf(path.getFileName())).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean isOfPull(String name) {
        return name.equals(SOURCE) || Puller.folders().contains(name);
    }

    /** The source in one line, with the selected files. */
    private String described() {
        String files = from instanceof HuggingFace hub
                ? hub.files().stream().map(", "::concat).collect(Collectors.joining())
                : "";
        return from.description() + files + "\n";
    }
}

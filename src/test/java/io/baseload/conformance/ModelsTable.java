package io.baseload.conformance;

import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.format.ModelFolder;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** {@code models-page FILE DIR…}: writes the page that says which architectures were held against a reference, in which formats, and how close they came. */
public final class ModelsTable {
    private static final List<FolderLayout> LAYOUTS =
            List.of(new ArchitectureLayout(), new PromptLayout(), new DigestLayout());

    private static final String HEAD = """
        # Models

        Written by `bin/models-page docs/models.md DIR…`, which runs [conformance](conformance.md) over reference outputs; do not edit. Each line is one architecture in one format of files: how
        many models were compared, in how many cases (logits at all positions, the residual stream after each layer, greedy continuations, digests of weights), and the largest difference of any
        number from the reference's, in F32. References differ among themselves by up to 2e-4.

        | architecture | format | weights | models | cases | failed | largest difference |
        |---|---|---|---|---|---|---|
        """;

    private record Key(String architecture, String format, String types) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            return toString().compareTo(other.toString());
        }
    }

    private final Map<Key, List<Tally>> rows = new TreeMap<>();

    private ModelsTable() {}

    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            System.err.println("usage: models-page FILE DIR…");
            System.exit(2);
        }
        var page = new ModelsTable();
        for (String root : Arrays.asList(args).subList(1, args.length)) {
            page.add(Path.of(root).toAbsolutePath().normalize());
        }
        Files.writeString(Path.of(args[0]), page.text());
    }

    private void add(Path root) throws IOException {
        Path parent = root.getParent();
        try (var tree = Files.walk(root)) {
            for (Path path : tree.filter(Files::isDirectory).sorted().toList()) {
                Folder folder = Folder.of(path, parent.relativize(path));
                for (FolderLayout layout : LAYOUTS) {
                    for (Suite suite : layout.suites(folder, Models.bundled())) {
                        add(suite, parent.resolve(suite.name()));
                    }
                }
            }
        }
    }

    /** Where only the results are there, the model is the bundled one. */
    private void add(Suite suite, Path named) throws IOException {
        boolean there = named.toString().endsWith(".gguf") || Files.exists(named.resolve("config.json"));
        Path model = there ? named : TestModels.smolLm2();
        Key key;
        try (ModelFolder folder = ModelFolder.open(model)) {
            String types = folder.weights().tensors().stream()
                    .filter(tensor -> tensor.shape().size() > 1)
                    .map(tensor -> tensor.type().name())
                    .collect(Collectors.toCollection(TreeSet::new))
                    .stream()
                    .collect(Collectors.joining(", "));
            var config = Architectures.of(folder).config();
            key = new Key(config.architecture(), folder.weights().format(), types);
        }
        Tally tally = new Tally();
        suite.check(tally);
        rows.computeIfAbsent(key, k -> new ArrayList<>()).add(tally);
    }

    private String text() {
        var text = new StringBuilder(HEAD);
        rows.forEach((key, tallies) -> {
            int passed = tallies.stream().mapToInt(Tally::passed).sum();
            int failed = tallies.stream().mapToInt(Tally::failed).sum();
            double largest = tallies.stream()
                    .mapToDouble(Tally::largestDifference)
                    .filter(difference -> !Double.isNaN(difference))
                    .max()
                    .orElse(Double.NaN);
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %d | %d | %d | %.1e |%n",
                    key.architecture(),
                    key.format(),
                    key.types(),
                    tallies.size(),
                    passed + failed,
                    failed,
                    largest));
        });
        return text.toString();
    }
}

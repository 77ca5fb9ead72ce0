package io.baseload.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * {@code conformance [--models DIR] [--shards N,…] DIR…}: recognises each folder below the given ones by its content and prints a line for each suite in it, last
 * {@code N passed, M failed} over all cases. Exit code 1 if a case failed, 2 if there is nothing to check.
 */
public final class Conformance {
    private static final List<FolderLayout> LAYOUTS = List.of(
            new ArchitectureLayout(),
            new WordsLayout(),
            new PromptLayout(),
            new TokenizerLayout(),
            new PreTokenizerLayout(),
            new SkeletonLayout(),
            new TemplateLayout(),
            new CallLayout(),
            new VocabularyFileLayout(),
            new GgufTypeLayout(),
            new DigestLayout(),
            new AccuracyLayout(),
            new Bnb4Layout(),
            new QuantizedLinearLayout(),
            new HostileFileLayout());

    /** Those whose suites compute with models that can be cut. */
    private static final List<FolderLayout> CUT = List.of(new ArchitectureLayout(), new PromptLayout());

    private final Models models;
    private final List<Integer> shards;
    private final PrintStream out;
    private long passed;
    private long failed;

    private Conformance(Models models, List<Integer> shards, PrintStream out) {
        this.models = models;
        this.shards = shards;
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        System.exit(run(List.of(args), System.out));
    }

    static int run(List<String> args, PrintStream out) throws IOException {
        var folders = new ArrayList<Path>();
        Models models = Models.bundled();
        List<Integer> shards = List.of(1);
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).equals("--models") && i + 1 < args.size()) {
                models = models.below(Path.of(args.get(++i)));
            } else if (args.get(i).equals("--shards") && i + 1 < args.size()) {
                shards = Stream.of(args.get(++i).split(",", -1))
                        .map(Integer::valueOf)
                        .toList();
            } else {
                folders.add(Path.of(args.get(i)));
            }
        }
        if (folders.isEmpty() || !folders.stream().allMatch(Files::isDirectory)) {
            out.println("usage: conformance [--models DIR] [--shards N,…] DIR…, each DIR a folder; got " + folders);
            return 2;
        }
        return new Conformance(models, shards, out).check(folders);
    }

    private int check(List<Path> roots) throws IOException {
        for (Path root : roots) {
            checkBelow(root);
        }
        out.printf(Locale.ROOT, "%d passed, %d failed%n", passed, failed);
        return passed + failed == 0 ? 2 : failed > 0 ? 1 : 0;
    }

    private void checkBelow(Path root) throws IOException {
        Path named = root.toAbsolutePath().normalize();
        try (var tree = Files.walk(named)) {
            for (Path path : tree.filter(Files::isDirectory).sorted().toList()) {
                Folder folder = Folder.of(path, named.getFileName().resolve(named.relativize(path)));
                for (int count : shards) {
                    for (FolderLayout layout : count == 1 ? LAYOUTS : CUT) {
                        layout.suites(folder, models.in(count)).forEach(suite -> run(suite, count));
                    }
                }
            }
        }
    }

    private void run(Suite suite, int count) {
        Tally tally = new Tally();
        suite.check(tally);
        passed += tally.passed();
        failed += tally.failed();
        out.println(tally.line(suite.name() + (count == 1 ? "" : " in " + count + " shards")));
    }
}

package io.baseload.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code conformance [--models DIR] DIR…}: recognises each folder below the given ones by its content and prints a line for each suite in it, last
 * {@code N passed, M failed} over all cases. Exit code 1 if a case failed, 2 if there is nothing to check.
 */
public final class Conformance {
    private static final List<Layout> LAYOUTS = List.of(
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

    private final Models models;
    private final PrintStream out;
    private long passed;
    private long failed;

    private Conformance(Models models, PrintStream out) {
        this.models = models;
        this.out = out;
    }

    public static void main(String[] args) throws IOException {
        System.exit(run(List.of(args), System.out));
    }

    static int run(List<String> args, PrintStream out) throws IOException {
        var folders = new ArrayList<Path>();
        Models models = Models.bundled();
        for (int i = 0; i < args.size(); i++) {
            if (args.get(i).equals("--models") && i + 1 < args.size()) {
                models = models.below(Path.of(args.get(++i)));
            } else {
                folders.add(Path.of(args.get(i)));
            }
        }
        if (folders.isEmpty() || !folders.stream().allMatch(Files::isDirectory)) {
            out.println("usage: conformance [--models DIR] DIR…, each DIR a folder; got " + folders);
            return 2;
        }
        return new Conformance(models, out).check(folders);
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
                for (Layout layout : LAYOUTS) {
                    layout.suites(folder, models).forEach(this::run);
                }
            }
        }
    }

    private void run(Suite suite) {
        Tally tally = new Tally();
        suite.check(tally);
        passed += tally.passed();
        failed += tally.failed();
        out.println(tally.line(suite.name()));
    }
}

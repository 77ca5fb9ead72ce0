package io.baseload.tools;

import io.baseload.chat.grammar.TokenTable;
import io.baseload.chat.schema.Layout;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;

/** What {@code bin/maskbench} runs. */
public final class MaskBench {
    /** Microseconds of compiling that are worth a line. */
    private static final double SLOW = 500_000;

    private MaskBench() {}

    public static void main(String[] args) throws IOException {
        List<String> rest = new ArrayList<>(List.of(args));
        boolean each = rest.remove("--each");
        Layout layout = rest.remove("--declared") ? Layout.TIGHT : Layout.OPEN;
        int vocabulary = rest.indexOf("--vocabulary");
        Path vocabularyFile = vocabulary < 0 ? TestModels.smolLm2() : Path.of(rest.get(vocabulary + 1));
        if (vocabulary >= 0) {
            rest.subList(vocabulary, vocabulary + 2).clear();
        }
        if (rest.size() != 1) {
            System.err.println("bin/maskbench DIR [--vocabulary FILE.gguf] [--declared] [--each]");
            System.exit(2);
        }
        Tokenizer tokenizer = tokenizer(vocabularyFile);
        var report = new MaskBenchReport(tokenizer.bytes().size());
        var runner = new MaskBenchRun(tokenizer, new TokenTable(tokenizer), layout);
        for (Path file : files(Path.of(rest.getFirst()))) {
            run(file, runner, report, each);
        }
        report.print();
        System.exit(report.exitCode());
    }

    private static void run(Path file, MaskBenchRun runner, MaskBenchReport report, boolean each) throws IOException {
        MaskBenchSchema schema;
        try {
            schema = MaskBenchSchema.read(Files.readString(file));
        } catch (JacksonException broken) {
            System.out.println(file.getFileName() + ": no JSON: " + broken.getOriginalMessage());
            return;
        }
        MaskBenchRun.Outcome outcome = runner.of(schema);
        report.add(outcome);
        if (each && !outcome.passes()) {
            System.out.println(file.getFileName() + ": " + outcome.problem());
        }
        if (each && outcome.compile() > SLOW) {
            System.out.printf("%s: compiling took %,.0f ms%n", file.getFileName(), outcome.compile() / 1e3);
        }
    }

    private static Tokenizer tokenizer(Path file) {
        try (GgufFile model = GgufFile.open(file)) {
            return Tokenizer.of(GgufVocabulary.read(model.metadata()));
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }
}

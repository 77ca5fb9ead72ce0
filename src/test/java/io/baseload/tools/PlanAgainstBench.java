package io.baseload.tools;

import io.baseload.cli.CommandRun;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.store.AliasedModel;
import io.baseload.service.planner.NamedShapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Plans models on this machine and benches them, several times in turn, and prints the medians and bench ÷ plan: {@code bin/plan-against-bench [FLAGS of both commands]}. The models are generated
 * in three shapes and two formats. Not a test: it needs a machine that does nothing else.
 */
public final class PlanAgainstBench {
    /** Two dense models and a mixture of experts. */
    private static final List<String> SHAPES = List.of(
            "layers=30,hidden=576,heads=9,kv_heads=3,feed_forward=1536,vocabulary=49152",
            "layers=22,hidden=2048,heads=32,kv_heads=4,feed_forward=5632,vocabulary=32000",
            "layers=12,hidden=1024,heads=16,feed_forward=3584,vocabulary=32000,experts=8,chosen=2");

    private static final List<Quantization> KINDS = List.of(Quantization.NF4_DQ, Quantization.Q8);

    /** Comparisons of a model. */
    private static final int TURNS = 3;

    private static final int PROMPT = 256;
    private static final int DECODE = 32;

    /** What was planned and what was measured. */
    public record Comparison(JsonNode plan, JsonNode bench) {
        double planned(String what) {
            return plan.get(what + "_tokens_per_second").asDouble();
        }

        double measured(String what) {
            return bench.at("/" + what + "Tps/median").asDouble();
        }

        double ratio(String what) {
            return measured(what) / planned(what);
        }
    }

    private PlanAgainstBench() {}

    /** @param args flags of both commands, such as {@code --threads 1} */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("plan-against-bench");
        for (String shape : SHAPES) {
            for (Quantization kind : KINDS) {
                List<Comparison> turns = of(shape, kind, folder, TURNS, PROMPT, DECODE, args);
                System.out.println(shape + ", " + kind.label());
                for (String what : List.of("decode", "prefill")) {
                    System.out.printf(
                            Locale.ROOT,
                            "    %-8s planned %.1f, bench %.1f tokens/s, bench / plan %.2f%n",
                            what,
                            median(turns, turn -> turn.planned(what)),
                            median(turns, turn -> turn.measured(what)),
                            median(turns, turn -> turn.ratio(what)));
                }
            }
        }
        Files.delete(folder);
    }

    private static double median(List<Comparison> turns, ToDoubleFunction<Comparison> number) {
        return turns.stream().mapToDouble(number).sorted().toArray()[turns.size() / 2];
    }

    /**
     * Compares a model some times.
     *
     * @param folder an empty one, as it will be again
     */
    public static List<Comparison> of(
            String shape, Quantization kind, Path folder, int turns, int prompt, int decode, String... flags)
            throws IOException {
        try {
            AliasedModel.write(
                    NamedShapes.config(shape), kind, folder.resolve("model"), Integer.MAX_VALUE, Integer.MAX_VALUE);
            String model = folder.resolve("model").toString();
            String context = String.valueOf(prompt + decode / 2);
            List<Comparison> all = new ArrayList<>();
            for (int i = 0; i < turns; i++) {
                JsonNode plan = run(flags, "plan", model, "--prompt", "" + prompt, "--context", context);
                JsonNode bench =
                        run(flags, "bench", model, "--prompt", "" + prompt, "--decode", "" + decode, "--repeat", "1");
                all.add(new Comparison(plan, bench.at("/runs/0")));
            }
            return all;
        } finally {
            remove(folder.resolve("model"));
        }
    }

    private static JsonNode run(String[] more, String... command) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of(more));
        args.add("--json");
        return CommandRun.of(args.toArray(String[]::new)).json();
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}

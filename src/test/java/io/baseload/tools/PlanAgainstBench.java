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
 * in three shapes and two formats. Exits with 1 if a ratio isn't near 1. Not a test: it needs a machine that does nothing else.
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

    /** The ratios of bench and plan that are accepted: a fifth less, or the inverse. */
    private static final double MIN_RATIO = 0.8;

    private static final double MAX_RATIO = 1 / MIN_RATIO;

    static final String USAGE = String.format(
            Locale.ROOT,
            "Plans generated models on this machine, then measures them, and prints bench /"
                + " plan:%nbin/plan-against-bench [FLAGS of plan and bench, such as --threads N, --kv KIND]%nIt exits"
                + " with 1 if one of the ratios is not from %.2f to %.2f. Nothing else should run meanwhile.",
            MIN_RATIO,
            MAX_RATIO);

    private static final int PROMPT = 256;
    private static final int DECODE = 128;

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
        if (List.of(args).contains("--help")) {
            System.out.println(USAGE);
            return;
        }
        boolean agrees = true;
        Path folder = Files.createTempDirectory("plan-against-bench");
        for (String shape : SHAPES) {
            for (Quantization kind : KINDS) {
                List<Comparison> turns = of(shape, kind, folder, TURNS, PROMPT, DECODE, args);
                System.out.println(shape + ", " + kind.label());
                for (String what : List.of("decode", "prefill")) {
                    double ratio = median(turns, turn -> turn.ratio(what));
                    agrees &= agrees(ratio);
                    System.out.printf(
                            Locale.ROOT,
                            "    %-8s planned %.1f, bench %.1f tokens/s, bench / plan %.2f%s%n",
                            what,
                            median(turns, turn -> turn.planned(what)),
                            median(turns, turn -> turn.measured(what)),
                            ratio,
                            agrees(ratio) ? "" : ", out of range");
                }
            }
        }
        Files.delete(folder);
        if (!agrees) {
            System.exit(1);
        }
    }

    static boolean agrees(double ratio) {
        return ratio >= MIN_RATIO && ratio <= MAX_RATIO;
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

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
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Plans models on this machine, then benches them, and prints bench ÷ plan: {@code bin/plan-against-bench [FLAGS of both commands]}. The models are generated in three shapes and two formats. Not a test: it
 * wants a machine that does nothing else.
 */
public final class PlanAgainstBench {
    /** A dense model, one with filters, and a mixture of experts. */
    private static final List<String> SHAPES = List.of(
            "layers=22,hidden=2048,heads=32,kv_heads=4,feed_forward=5632,vocabulary=32000",
            "yuan2.0-2b",
            "layers=12,hidden=1024,heads=16,feed_forward=3584,vocabulary=32000,experts=8,chosen=2");

    private static final List<Quantization> KINDS = List.of(Quantization.NF4_DQ, Quantization.Q8);
    private static final int LAYERS = 6;
    private static final int PROMPT = 256;
    private static final int DECODE = 32;

    /** What was planned and what was measured. */
    public record Comparison(JsonNode plan, JsonNode bench) {
        String line(String what, String planned, String measured) {
            double rate = plan.get(planned).asDouble();
            double best = bench.at(measured).asDouble();
            return String.format(
                    Locale.ROOT,
                    "%s planned %.1f, bench %.1f tokens/s, bench / plan %.2f",
                    what,
                    rate,
                    best,
                    best / rate);
        }
    }

    private PlanAgainstBench() {}

    /** @param args flags of both commands, such as {@code --threads 1} */
    public static void main(String[] args) throws IOException {
        Path folder = Files.createTempDirectory("plan-against-bench");
        for (String shape : SHAPES) {
            for (Quantization kind : KINDS) {
                Comparison both = of(shape, kind, folder, PROMPT, DECODE, args);
                System.out.println(shape + ", " + kind.label());
                System.out.println(both.line("    decode:  ", "decode_tokens_per_second", "/decodeTps/max"));
                System.out.println(both.line("    prefill: ", "prefill_tokens_per_second", "/prefillTps/max"));
            }
        }
        Files.delete(folder);
    }

    /** @param folder an empty one, as it will be again */
    public static Comparison of(String shape, Quantization kind, Path folder, int prompt, int decode, String... flags)
            throws IOException {
        try {
            AliasedModel.write(NamedShapes.config(shape), kind, folder.resolve("model"), LAYERS, Integer.MAX_VALUE);
            String model = folder.resolve("model").toString();
            String context = String.valueOf(prompt + decode / 2);
            JsonNode plan = run(flags, "plan", model, "--prompt", "" + prompt, "--context", context);
            JsonNode bench = run(flags, "bench", model, "--prompt", "" + prompt, "--decode", "" + decode);
            return new Comparison(plan, bench.at("/runs/0"));
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

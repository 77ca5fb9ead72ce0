package io.baseload.tools;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.schema.Example;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.LoadOptions;
import io.baseload.testing.TestModels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What {@code bin/mask-cost} runs. */
public final class MaskCost {
    private static final int WARM_UP = 16;
    private static final int MAX_TOKENS = 128;

    private MaskCost() {}

    /**
     * One answer.
     *
     * @param prepared milliseconds until it could begin: template, tokenizer, and for a held one its schema
     * @param decoded tokens after the first
     * @param seconds from the first token to the end
     */
    private record Run(double prepared, int decoded, double seconds) {}

    /** The same question's answers, one held to the schema, one free and no longer. */
    private record Pair(Example example, Run held, Run free) {}

    public static void main(String[] args) throws Exception {
        Path model = args.length > 0 ? Path.of(args[0]) : TestModels.smolLm2();
        try (Engine engine = Engine.open(EngineOptions.defaults())) {
            Completions completions = Completions.of(
                    engine.load(model, LoadOptions.named("measured").withContextLength(1024)));
            pairs(completions, WARM_UP);
            report(pairs(completions, MAX_TOKENS));
        }
    }

    /** One sequence at a time. There are more schemas than the model keeps, so each is compiled in each round. */
    private static List<Pair> pairs(Completions model, int maxTokens) throws Exception {
        var pairs = new ArrayList<Pair>();
        for (Example example : Example.all()) {
            Run held = run(model, Questions.held(example, 1, maxTokens));
            Run free = run(model, Questions.free(example, 1, held.decoded + 1));
            pairs.add(new Pair(example, held, free));
        }
        return pairs;
    }

    private static Run run(Completions model, CompletionRequest request) throws Exception {
        long before = System.nanoTime();
        PreparedCompletion prepared = model.prepare(request);
        double waited = (System.nanoTime() - before) / 1e6;
        var timer = new StepTimer();
        prepared.start(index -> timer, timer::hear);
        timer.await();
        return new Run(waited, timer.decoded(), timer.seconds());
    }

    private static void report(List<Pair> pairs) {
        double held = rate(pairs.stream().map(Pair::held).toList());
        double free = rate(pairs.stream().map(Pair::free).toList());
        int tokens = pairs.stream().mapToInt(pair -> pair.held.decoded).sum();
        print("decode, free:  %.1f tokens/s", free);
        print("decode, held:  %.1f tokens/s over %d tokens: %.1f %% less", held, tokens, 100 * (1 - held / free));
        print("ready to begin, free, ms: %s", spread(pairs.stream().map(Pair::free)));
        print("ready to begin, held, ms: %s", spread(pairs.stream().map(Pair::held)));
        pairs.stream()
                .sorted((a, b) -> Double.compare(b.held.prepared, a.held.prepared))
                .limit(3)
                .forEach(pair -> print("  %s: %.1f ms", pair.example.id(), pair.held.prepared));
    }

    private static double rate(List<Run> runs) {
        return runs.stream().mapToInt(Run::decoded).sum()
                / runs.stream().mapToDouble(Run::seconds).sum();
    }

    private static String spread(Stream<Run> runs) {
        double[] sorted = runs.mapToDouble(Run::prepared).sorted().toArray();
        int last = sorted.length - 1;
        return String.format(
                Locale.ROOT,
                "median %.1f, 90 %% %.1f, most %.1f",
                sorted[last / 2],
                sorted[last * 9 / 10],
                sorted[last]);
    }

    private static void print(String form, Object... values) {
        System.out.printf(Locale.ROOT, form + "%n", values);
    }
}

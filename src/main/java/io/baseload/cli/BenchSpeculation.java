package io.baseload.cli;

import io.baseload.chat.api.ChatSettings;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.ToolSet;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.SpeculationLoad;
import io.baseload.engine.api.Usage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

/**
 * The effect of speculation: the same answers with and without it, alternating.
 *
 * @param answers the kind of answers: repetitive or ordinary
 * @param plainTps tokens per second without
 * @param speculativeTps tokens per second with it
 * @param ratio of each pair
 * @param drafted draft tokens computed
 * @param accepted draft tokens accepted
 */
record BenchSpeculation(
        String answers, Spread plainTps, Spread speculativeTps, Spread ratio, long drafted, long accepted) {
    private static final String LIST = """
        1. The red house stands at the corner of Mill Street and has four windows.
        2. The green house stands behind the church and has a garden with apple trees.
        3. The white house stands by the river, and nobody has lived there since 1987.
        4. The old school is now a library, which opens at nine every morning.
        """;

    /** The prompts, and their randomness. */
    private record Task(String name, String prompt, float temperature) {}

    private static final List<Task> TASKS = List.of(
            new Task("repetitive", "The list:\n" + LIST + "\nThe list once more:\n" + LIST + "\nAgain:\n1. The red", 0),
            new Task(
                    "ordinary",
                    "In the summer of 1911 a young engineer came to the town of Halden. He had never seen the sea, and",
                    0.9f));

    /**
     * Both kinds of answers, in pairs; the first pair is a warm-up.
     *
     * @param tokens maximum of an answer
     */
    static List<BenchSpeculation> run(LoadedModel plain, LoadedModel speculative, int tokens, int pairs)
            throws InterruptedException, ExecutionException {
        List<BenchSpeculation> all = new ArrayList<>();
        Completions without = Completions.of(plain, ChatSettings.NONE);
        Completions with = Completions.of(speculative, ChatSettings.NONE);
        for (Task task : TASKS) {
            double[] slow = new double[pairs];
            double[] fast = new double[pairs];
            SpeculationLoad before = speculative.load().speculation();
            for (int pair = -1; pair < pairs; pair++) {
                double a = rate(without, task, tokens, pair);
                double b = rate(with, task, tokens, pair);
                if (pair < 0) {
                    before = speculative.load().speculation();
                } else {
                    slow[pair] = a;
                    fast[pair] = b;
                }
            }
            all.add(of(task, slow, fast, before, speculative.load().speculation()));
        }
        return all;
    }

    private static BenchSpeculation of(
            Task task, double[] slow, double[] fast, SpeculationLoad before, SpeculationLoad after) {
        return new BenchSpeculation(
                task.name,
                Spread.of(Arrays.stream(slow)),
                Spread.of(Arrays.stream(fast)),
                Spread.of(IntStream.range(0, slow.length).mapToDouble(i -> fast[i] / slow[i])),
                after.drafted() - before.drafted(),
                after.accepted() - before.accepted());
    }

    /** Tokens per second of an answer, after its first. */
    private static double rate(Completions completions, Task task, int tokens, int seed)
            throws InterruptedException, ExecutionException {
        var stopwatch = new TokenTimer();
        var end = new CompletableFuture<Usage>();
        completions.prepare(request(task, tokens, seed)).start(index -> stopwatch, event -> {
            switch (event) {
                case CompletionEvent.Finished finished -> end.complete(finished.usage());
                case CompletionEvent.Failed failed -> end.completeExceptionally(failed.cause());
                default -> {}
            }
        });
        return stopwatch.pace(end.get()).decode();
    }

    private static CompletionRequest request(Task task, int tokens, int seed) {
        return new CompletionRequest(
                new Input.Texts(List.of(task.prompt)),
                ToolSet.EMPTY,
                1,
                1,
                OptionalInt.of(tokens),
                new SamplingOptions(task.temperature, 1f, 0, 0f, 0f, 0f, OptionalLong.of(seed), Map.of()),
                List.of(),
                -1,
                OutputFormat.text(),
                false);
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%s answers: %s tokens/s without speculation, %s with, ratio %.2f (%.2f to %.2f); %d drafted, %d"
                        + " accepted",
                answers,
                plainTps,
                speculativeTps,
                ratio.median(),
                ratio.min(),
                ratio.max(),
                drafted,
                accepted);
    }
}

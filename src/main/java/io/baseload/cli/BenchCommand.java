package io.baseload.cli;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures the engine on one sequence: prefill of a prompt, then decode one token at a time. The prompt's ids are as good as random; the first round of each
 * measurement is a warm-up and doesn't count.
 */
@Command(
        name = "bench",
        description = "Measures prefill and decode in tokens per second, for each thread count and length.")
final class BenchCommand implements Callable<Integer> {
    @Mixin
    private ModelArgument model = new ModelArgument();

    @Mixin
    private KvOption kv = new KvOption();

    @Mixin
    private PrecisionOption precision = new PrecisionOption();

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--threads",
            split = ",",
            description = "Thread counts, such as 1,2,4 (default: as many as the machine allows).")
    private List<Integer> threads = List.of(Runtime.getRuntime().availableProcessors());

    @Option(
            names = "--prompt",
            split = ",",
            defaultValue = "512",
            description = "Tokens to prefill (default: ${DEFAULT-VALUE}).")
    private List<Integer> prompts = List.of();

    @Option(
            names = "--decode",
            split = ",",
            defaultValue = "128",
            description = "Tokens to decode (default: ${DEFAULT-VALUE}).")
    private List<Integer> decodes = List.of();

    @Option(names = "--repeat", defaultValue = "3", description = "Rounds that count (default: ${DEFAULT-VALUE}).")
    private int repeat;

    /** What {@code --json} prints. */
    record Report(String engine, String version, String model, String kv, List<Run> runs) {}

    /** One measurement, in tokens per second. */
    record Run(int threads, int prompt, int decode, int repeat, Spread prefillTps, Spread decodeTps) {
        String line() {
            return String.format(
                    Locale.ROOT,
                    "%d threads: prefill of %d %s tokens/s, decode of %d %s tokens/s",
                    threads,
                    prompt,
                    prefillTps,
                    decode,
                    decodeTps);
        }
    }

    @Override
    public Integer call() throws Exception {
        checkLengths();
        var runs = new ArrayList<Run>();
        for (int count : threads) {
            try (Engine engine = Engine.open(new EngineOptions(count, true));
                    LoadedModel loaded = engine.load(model.path(), options())) {
                measure(loaded, count, runs);
            }
        }
        output.result(
                new Report(
                        "baseload",
                        Version.number(),
                        model.name(),
                        kv.precision().label(),
                        runs),
                runs.getLast().line());
        return 0;
    }

    private void checkLengths() {
        if (IntStream.concat(lengths(prompts), lengths(decodes)).anyMatch(length -> length < 1) || repeat < 1) {
            throw new BadInputException("--prompt, --decode and --repeat must be 1 or more");
        }
        if (lengths(threads).anyMatch(count -> count < 1)) {
            throw new BadInputException("--threads must be 1 or more");
        }
    }

    private LoadOptions options() {
        int longest = max(prompts) + max(decodes) + 1;
        return LoadOptions.named(model.name())
                .withContextLength(longest)
                .withMaxSequences(1)
                .withKvPrecision(kv.precision())
                .withPrecision(precision.precision());
    }

    private void measure(LoadedModel loaded, int count, List<Run> runs) throws Exception {
        for (int prompt : prompts) {
            for (int decode : decodes) {
                Run run = run(loaded, count, prompt, decode);
                runs.add(run);
                if (runs.size() < threads.size() * prompts.size() * decodes.size()) {
                    output.note(run.line());
                }
            }
        }
    }

    private Run run(LoadedModel loaded, int count, int prompt, int decode) throws Exception {
        var paces = new ArrayList<Pace>();
        for (int round = 0; round <= repeat; round++) {
            var timer = new BenchTimer();
            loaded.generate(GenerationRequest.greedy(ids(prompt, loaded.info().vocabularySize()), decode + 1), timer);
            paces.add(timer.pace());
        }
        List<Pace> counted = paces.subList(1, paces.size());
        return new Run(
                count,
                prompt,
                decode,
                repeat,
                Spread.of(counted.stream().mapToDouble(Pace::prefill)),
                Spread.of(counted.stream().mapToDouble(Pace::decode)));
    }

    private static int[] ids(int length, int vocabulary) {
        return IntStream.range(0, length)
                .map(i -> ((i * 7919) % 20000 + 100) % vocabulary)
                .toArray();
    }

    private static IntStream lengths(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue);
    }

    private static int max(List<Integer> values) {
        return lengths(values).max().orElseThrow();
    }
}

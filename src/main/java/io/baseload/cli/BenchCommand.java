package io.baseload.cli;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.engine.api.Roofline;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures the engine: prefill of some prompts, then decode of all sequences together, one token of each per step. The prompts' ids are effectively random. Rounds in the first
 * seconds of each measurement don't count: after that the compiler has finished with the code of a step.
 */
@Command(
        name = "bench",
        description =
                "Measures prefill and decode in tokens per second, for each format, thread count, batch and length.")
final class BenchCommand implements Callable<Integer> {
    /** A sequence holds whole pages. */
    private static final int KV_PAGE = 32;

    @Mixin
    private ModelArgument model = new ModelArgument();

    @Mixin
    private KvOption kv = new KvOption();

    @Mixin
    private ShardOptions shards = new ShardOptions();

    @Mixin
    private PrecisionOption precision = new PrecisionOption();

    @Mixin
    private Output output = new Output();

    @Option(
            names = "--threads",
            split = ",",
            description = "Thread counts, such as 1,2,4 (default: as many as the machine allows).")
    private List<Integer> threads = List.of();

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

    @Option(
            names = "--batch",
            split = ",",
            defaultValue = "1",
            description = "Numbers of sequences decoded together, such as 1,2,4,8,16 (default: ${DEFAULT-VALUE}).")
    private List<Integer> batches = List.of();

    @Option(
            names = "--quantize",
            split = ",",
            paramLabel = "KIND",
            defaultValue = "keep",
            description = "Formats to which linear layers are packed in memory, such as keep,nf4-dq,q8 (default:"
                    + " ${DEFAULT-VALUE}).")
    private List<String> kinds = List.of();

    @Option(names = "--profile", description = "Print the workers' time by operator.")
    private boolean profiled;

    @Option(
            names = "--speculation",
            description = "Instead, compare answers with and without speculation, a repetitive one and an ordinary one."
                    + " Loads the model twice.")
    private boolean speculation;

    @Option(
            names = "--turns",
            description =
                    "Instead, measure how long the second turn of a chat waits for its first token, beside a first"
                            + " turn of --prompt tokens.")
    private boolean turns;

    @Option(
            names = "--collectives",
            description =
                    "Instead, measure all-reduces of 2, 3 and 4 shards and of one for each memory node, and barriers"
                            + " of 2, 4, 8 … and all of the machine's workers, without a model.")
    private boolean collectives;

    @Option(names = "--repeat", defaultValue = "3", description = "Measured rounds (default: ${DEFAULT-VALUE}).")
    private int repeat;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "4",
            description = "Seconds at the beginning of each measurement whose rounds don't count, at least one round"
                    + " (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    /** The output of {@code --json}; profiles, in the order of the runs, speculation and turns only if requested. */
    record Report(
            String engine,
            String version,
            String model,
            String kv,
            String precision,
            List<BenchRun> runs,
            List<BenchProfile> profiles,
            List<BenchSpeculation> speculation,
            List<BenchTurns> turns) {}

    /** The output of {@code --collectives --json}. */
    record Collectives(List<BenchCollectives> collectives) {}

    @Override
    public Integer call() throws Exception {
        checkOptions();
        if (collectives) {
            List<BenchCollectives> measured = BenchCollectives.run(output);
            output.result(new Collectives(measured), measured.size() + " measurements");
            return 0;
        }
        List<Quantization> formats = kinds.stream().map(QuantizeOption::parse).toList();
        var runs = new ArrayList<BenchRun>();
        var profiles = new ArrayList<BenchProfile>();
        var speculative = new ArrayList<BenchSpeculation>();
        var chats = new ArrayList<BenchTurns>();
        for (int count : threads.isEmpty() ? List.of(0) : threads) {
            try (Engine engine = shards.open(count)) {
                for (Quantization format : formats) {
                    if (speculation) {
                        compare(engine, format, speculative);
                    } else if (turns) {
                        chat(engine, format, chats);
                    } else {
                        LoadedModel loaded = load(engine, options(format));
                        measure(loaded, format.label(), engine.workers(), runs, profiles);
                        loaded.close();
                        loaded.freed().get();
                    }
                }
            }
        }
        output.result(
                new Report(
                        "baseload",
                        Version.number(),
                        model.name(),
                        kv.precision(precision.orElse(Precision.FAST)).label(),
                        precision.orElse(Precision.FAST).label(),
                        runs,
                        profiles,
                        speculative,
                        chats),
                runs.size() + speculative.size() + chats.size() + " measurements");
        return 0;
    }

    private void checkOptions() {
        if (Stream.of(collectives, profiled, speculation, turns)
                        .filter(Boolean::booleanValue)
                        .count()
                > 1) {
            throw new BadInputException("--collectives, --profile, --speculation and --turns exclude each other");
        }
        if (IntStream.of(min(prompts), min(decodes), min(batches), repeat).anyMatch(length -> length < 1)) {
            throw new BadInputException("--prompt, --decode, --batch and --repeat must be 1 or more");
        }
        if (warmUp < 0) {
            throw new BadInputException("--warm-up must be 0 or more");
        }
        if (threads.stream().anyMatch(count -> count < 1)) {
            throw new BadInputException("--threads must be 1 or more");
        }
    }

    private LoadOptions options(Quantization format) {
        int longest = max(prompts) + max(decodes) + BenchRound.MAX_SPARE;
        int most = max(batches);
        return LoadOptions.named(model.name())
                .withContextLength(longest)
                .withKvTokens(most * (longest + KV_PAGE))
                .withMaxSequences(most)
                .withKvPrecision(kv.precision())
                .withPrecision(precision.orElse(Precision.FAST))
                .withPrefixCache(false)
                .withSpeculation(false)
                .withQuantization(format);
    }

    private LoadedModel load(Engine engine, LoadOptions options) {
        return CommandLoad.ofThisProcess(output).load(engine, model.path(), options);
    }

    private void compare(Engine engine, Quantization format, List<BenchSpeculation> results) throws Exception {
        LoadOptions options = LoadOptions.named(model.name())
                .withKvPrecision(kv.precision())
                .withPrecision(precision.orElse(Precision.FAST))
                .withPrefixCache(false)
                .withQuantization(format);
        try (LoadedModel plain = load(engine, options.withSpeculation(false));
                LoadedModel speculating = load(engine, options)) {
            for (BenchSpeculation result : BenchSpeculation.run(plain, speculating, max(decodes), repeat)) {
                results.add(result);
                output.note(format.label() + ", " + engine.workers() + " threads, " + result.line());
            }
        }
    }

    private void chat(Engine engine, Quantization format, List<BenchTurns> results) throws Exception {
        int longest = max(prompts) + BenchTurns.MAX_SPARE;
        LoadOptions options = options(format)
                .withContextLength(longest)
                .withKvTokens(2 * (longest + KV_PAGE))
                .withMaxSequences(1)
                .withPrefixCache(true);
        LoadedModel loaded = load(engine, options);
        for (int prompt : prompts) {
            results.add(BenchTurns.run(loaded, format.label(), engine.workers(), prompt, repeat));
            output.note(results.getLast().line());
        }
        loaded.close();
        loaded.freed().get();
    }

    private void measure(LoadedModel loaded, String format, int count, List<BenchRun> runs, List<BenchProfile> profiles)
            throws Exception {
        for (int batch : batches) {
            Optional<Roofline> roofline = Optional.empty();
            for (int prompt : prompts) {
                for (int decode : decodes) {
                    List<BenchRound> rounds = rounds(loaded, batch, prompt, decode);
                    // after the first rounds, which have compiled the kernels
                    roofline = roofline.or(() -> Optional.of(loaded.roofline(batch)));
                    report(BenchRun.of(format, count, prompt, decode, batch, rounds, roofline.get()), runs);
                    if (profiled) {
                        profiles.add(BenchProfile.of(rounds));
                        profiles.getLast().lines().forEach(output::note);
                    }
                }
            }
        }
    }

    private void report(BenchRun run, List<BenchRun> runs) {
        runs.add(run);
        output.note(run.line());
        output.note("    " + run.rooflineLine());
    }

    private List<BenchRound> rounds(LoadedModel loaded, int batch, int prompt, int decode) throws Exception {
        int number = 0;
        long start = System.nanoTime();
        do {
            BenchRound.run(loaded, number++, batch, prompt, decode);
        } while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(warmUp));
        var rounds = new ArrayList<BenchRound>();
        for (int i = 0; i < repeat; i++) {
            rounds.add(BenchRound.run(loaded, number++, batch, prompt, decode));
        }
        return rounds;
    }

    private static int min(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).min().orElseThrow();
    }

    private static int max(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).max().orElseThrow();
    }
}

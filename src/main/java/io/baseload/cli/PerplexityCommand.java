package io.baseload.cli;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.LogitsSink;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.SamplingOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Measures how well a model predicts a text, window by window, each from an empty cache, with the engine's own prefill; with {@code --against} also the distance of its
 * distributions from another model's.
 */
@Command(
        name = "perplexity",
        description = "Measures how well a model predicts a text, and how far it is from another model; ends with the"
                + " perplexity.")
final class PerplexityCommand implements Callable<Integer> {
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
            names = "--windows",
            required = true,
            paramLabel = "FILE",
            description = "A text in UTF-8, or a .safetensors file with token ids: input_ids [windows, tokens].")
    private Path windows = Path.of("");

    @Option(
            names = "--window",
            paramLabel = "TOKENS",
            defaultValue = "512",
            description = "Tokens in each window of a text (default: ${DEFAULT-VALUE}).")
    private int length;

    @Option(names = "--limit", paramLabel = "N", description = "Use only the first N windows.")
    private int limit = Integer.MAX_VALUE;

    @Option(
            names = "--against",
            paramLabel = "MODEL2",
            description =
                    "Compare with this model, computed exactly and with a KV cache in F32: KL divergence and equal"
                            + " likeliest tokens.")
    private @Nullable Path against;

    @Option(
            names = "--threads",
            defaultValue = "0",
            description = "Worker threads; 0 = as many as the machine allows (default: ${DEFAULT-VALUE}).")
    private int threads;

    /**
     * The output of {@code --json}.
     *
     * @param nll Σ −log p of each window's tokens after the first, in nats
     */
    record Report(
            String model,
            String kv,
            String precision,
            long tokens,
            double perplexity,
            List<Double> nll,
            @Nullable Comparison against) {}

    /**
     * @param meanKl Σ p·(log p − log q) for a token, in nats; p is the other model's distribution, q this one's
     * @param agreement how often both models' likeliest tokens are the same, 0 to 1
     * @param kl Σ of the divergence in each window
     */
    record Comparison(String model, double perplexity, double meanKl, double agreement, List<Double> kl) {}

    @Override
    public Integer call() throws Exception {
        if (length < 2 || limit < 1 || threads < 0) {
            throw new BadInputException("--window must be 2 or more, --limit 1 or more, --threads 0 or more");
        }
        TextWindows text = TextWindows.open(windows, length);
        try (Engine engine = shards.open(threads);
                LoadedModel loaded = load(engine, model.path(), text.longest(), kv.precision(), arithmetic())) {
            List<int[]> ids = text.ids(loaded.vocabulary());
            if (ids.isEmpty()) {
                throw new BadInputException("--windows: " + windows + " has fewer than two tokens");
            }
            List<int[]> first = ids.subList(0, Math.min(limit, ids.size()));
            if (against == null) {
                report(measure(loaded, null, first));
            } else {
                try (LoadedModel other =
                        load(engine, ModelArgument.find(against), text.longest(), Optional.empty(), Precision.EXACT)) {
                    report(measure(loaded, other, first));
                }
            }
        }
        return 0;
    }

    private Precision arithmetic() {
        return precision.orElse(Precision.EXACT);
    }

    private LoadedModel load(
            Engine engine, Path path, int tokens, Optional<KvPrecision> kvPrecision, Precision precision) {
        int most = engine.inspect(path).contextLength();
        if (tokens > most) {
            throw new BadInputException("a window has " + tokens + " tokens, " + path + " can see only " + most);
        }
        LoadOptions options = LoadOptions.named(String.valueOf(path.getFileName()))
                .withWarmUp(false)
                .withContextLength(tokens)
                .withMaxSequences(1)
                .withKvPrecision(kvPrecision)
                .withPrecision(precision);
        return CommandLoad.ofThisProcess(output).load(engine, path, options);
    }

    private List<WindowScore> measure(LoadedModel loaded, @Nullable LoadedModel other, List<int[]> ids)
            throws Exception {
        int vocabulary = loaded.info().vocabularySize();
        if (other != null && other.info().vocabularySize() != vocabulary) {
            throw new BadInputException("--against: the models have " + vocabulary + " and "
                    + other.info().vocabularySize() + " tokens in their vocabularies");
        }
        List<WindowScore> scores = new ArrayList<>();
        for (int[] window : ids) {
            var measure = new WindowMeasure(window, vocabulary, other != null);
            start(loaded, window, measure.model());
            if (other != null) {
                start(other, window, measure.other());
            }
            scores.add(measure.score());
            output.note(line(scores.size() - 1, scores.getLast()));
        }
        return scores;
    }

    private static void start(LoadedModel model, int[] ids, LogitsSink sink) {
        var request = new GenerationRequest(
                ids,
                0,
                SamplingOptions.greedy(),
                Set.of(),
                -1,
                true,
                Optional.empty(),
                Lease.unlimited(),
                FlowId.NONE,
                CacheScope.PRIVATE);
        try {
            model.generate(request, sink);
        } catch (IllegalArgumentException e) {
            throw new BadInputException("--windows: " + e.getMessage());
        }
    }

    private String line(int number, WindowScore score) {
        String plain = String.format(
                Locale.ROOT,
                "window %d: %d tokens, nll %.5f, perplexity %.4f",
                number,
                score.tokens(),
                score.nll(),
                score.perplexity());
        return against == null
                ? plain
                : plain
                        + String.format(
                                Locale.ROOT,
                                ", mean KL %.7f, top-1 agreement %.2f %%",
                                score.meanKl(),
                                100 * score.agreement());
    }

    private void report(List<WindowScore> scores) {
        WindowScore all = scores.stream().reduce(WindowScore.NONE, WindowScore::plus);
        Comparison comparison = null;
        if (against != null) {
            List<Double> kl = scores.stream().map(WindowScore::kl).toList();
            comparison = new Comparison(against.toString(), all.otherPerplexity(), all.meanKl(), all.agreement(), kl);
            output.note(String.format(Locale.ROOT, "perplexity of %s: %.4f", against, all.otherPerplexity()));
            output.note(String.format(Locale.ROOT, "mean KL: %.7f", all.meanKl()));
            output.note(String.format(Locale.ROOT, "top-1 agreement: %.2f %%", 100 * all.agreement()));
        }
        List<Double> nll = scores.stream().map(WindowScore::nll).toList();
        output.result(
                new Report(
                        model.name(),
                        kv.precision(arithmetic()).label(),
                        arithmetic().label(),
                        all.tokens(),
                        all.perplexity(),
                        nll,
                        comparison),
                String.format(Locale.ROOT, "perplexity: %.4f", all.perplexity()));
    }
}

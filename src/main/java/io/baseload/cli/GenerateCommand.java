package io.baseload.cli;

import io.baseload.chat.api.ChatSettings;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.Message;
import io.baseload.chat.api.OutputFormat;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.ToolSet;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.Usage;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Answers one prompt and prints the text as it is generated, followed by the rates. */
@Command(name = "generate", description = "Answers one prompt; prints the text as it is generated, then the rates.")
final class GenerateCommand implements Callable<Integer> {
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

    @ArgGroup(multiplicity = "1")
    private PromptOptions promptOptions = new PromptOptions();

    @Option(
            names = "--max-tokens",
            defaultValue = "256",
            description = "Maximum tokens of the answer (default: ${DEFAULT-VALUE}).")
    private int maxTokens;

    @Option(
            names = "--temperature",
            defaultValue = "0",
            description = "0 to 2; 0 takes the likeliest token (default: ${DEFAULT-VALUE}).")
    private float temperature;

    @Option(names = "--seed", description = "The same seed gives the same answer (default: a new seed each time).")
    private @Nullable Long seed;

    @Option(
            names = "--no-speculation",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Compute one token per step, even where the text repeats itself; the answer is the same.")
    private boolean speculation;

    @Option(
            names = "--threads",
            defaultValue = "0",
            description = "Worker threads; 0 = as many as the machine allows (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--chat-template",
            paramLabel = "FILE",
            description = "A chat template to use instead of the model's own.")
    private @Nullable Path chatTemplate;

    @Option(
            names = "--schema",
            paramLabel = "FILE",
            description = "A JSON Schema (2020-12): the answer is JSON that validates, unless it runs out of tokens.")
    private @Nullable Path schema;

    /** The prompt. */
    private static final class PromptOptions {
        @Option(names = "--prompt", required = true, description = "Text that the model continues.")
        private @Nullable String prompt;

        @Option(names = "--chat", required = true, description = "A user's message that the model answers.")
        private @Nullable String chat;

        private Input input() {
            return prompt != null
                    ? new Input.Texts(List.of(prompt))
                    : new Input.Chat(List.of(Message.user(String.valueOf(chat))), Map.of());
        }
    }

    /**
     * The output of {@code --json}.
     *
     * @param finishReason "stop" or "length"
     */
    record Report(
            String model, String text, String finishReason, Usage usage, List<String> unenforcedFormats, Pace pace) {}

    @Override
    public Integer call() throws Exception {
        check();
        try (Engine engine = shards.open(threads);
                LoadedModel loaded = CommandLoad.ofThisProcess(output)
                        .load(
                                engine,
                                model.path(),
                                LoadOptions.named(model.name())
                                        .withWarmUp(false)
                                        .withMaxSequences(1)
                                        .withKvPrecision(kv.precision())
                                        .withPrecision(precision.orElse(Precision.FAST))
                                        .withSpeculation(speculation))) {
            PreparedCompletion prepared = Completions.of(loaded, new ChatSettings(template(), Optional.empty()))
                    .prepare(request());
            var stopwatch = new TokenTimer();
            var answer = new Answer();
            prepared.start(index -> stopwatch, answer::hear);
            answer.end.get();
            Pace pace = stopwatch.pace(answer.usage);
            output.piece(System.lineSeparator());
            List<String> unenforced = prepared.unenforcedFormats();
            if (!unenforced.isEmpty()) {
                output.note("formats that are unknown and were not enforced: " + String.join(", ", unenforced));
            }
            output.result(answer.report(loaded.name(), unenforced, pace), answer.summary(pace));
        }
        return 0;
    }

    private void check() {
        require(maxTokens >= 1, "--max-tokens must be 1 or more, not " + maxTokens);
        require(temperature >= 0 && temperature <= 2, "--temperature must be from 0 to 2, not " + temperature);
        require(threads >= 0, "--threads must be 0 or more, not " + threads);
    }

    private Optional<String> template() {
        return Optional.ofNullable(chatTemplate).map(TextFile::read);
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new BadInputException(problem);
        }
    }

    private OutputFormat format() {
        return schema == null
                ? OutputFormat.text()
                : new OutputFormat.JsonSchema("--schema " + schema, TextFile.read(schema), false, false);
    }

    private CompletionRequest request() {
        OptionalLong seeded = seed == null ? OptionalLong.empty() : OptionalLong.of(seed);
        var sampling = new SamplingOptions(temperature, 1f, 0, 0f, 0f, 0f, seeded, Map.of());
        return new CompletionRequest(
                promptOptions.input(),
                ToolSet.EMPTY,
                1,
                1,
                OptionalInt.of(maxTokens),
                sampling,
                List.of(),
                -1,
                format(),
                false);
    }

    /** The events of the answer; written by the engine's thread, read after its end. */
    private final class Answer {
        private final StringBuilder text = new StringBuilder();
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private StopReason reason = StopReason.STOP;
        private Usage usage = new Usage(0, 0);

        void hear(CompletionEvent event) {
            switch (event) {
                case CompletionEvent.Text piece -> {
                    text.append(piece.text());
                    output.piece(piece.text());
                }
                case CompletionEvent.Reasoning piece -> output.piece(piece.text());
                case CompletionEvent.ToolCallStarted call -> output.piece(call.name());
                case CompletionEvent.ToolCallArguments piece -> output.piece(piece.fragment());
                case CompletionEvent.ChoiceFinished choice -> reason = choice.reason();
                case CompletionEvent.Finished finished -> {
                    usage = finished.usage();
                    end.complete(null);
                }
                case CompletionEvent.Failed failed -> end.completeExceptionally(failed.cause());
            }
        }

        Report report(String name, List<String> unenforced, Pace pace) {
            return new Report(name, text.toString(), reason.label(), usage, unenforced, pace);
        }

        String summary(Pace pace) {
            return String.format(
                    Locale.ROOT,
                    "prefill %.1f tokens/s (%d tokens), decode %.1f tokens/s (%d tokens)",
                    pace.prefill(),
                    usage.prompt(),
                    pace.decode(),
                    usage.completion());
        }
    }
}

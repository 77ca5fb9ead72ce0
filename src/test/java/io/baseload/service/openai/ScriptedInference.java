package io.baseload.service.openai;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenCodec;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.chat.api.ToolSpec;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Usage;
import io.baseload.service.inference.AdmittedRequest;
import io.baseload.service.inference.AnswerListener;
import io.baseload.service.inference.EncodingCall;
import io.baseload.service.inference.EncodingResult;
import io.baseload.service.inference.Inference;
import io.baseload.service.inference.InferenceRequest;
import io.baseload.service.inference.LedgerUnavailableException;
import io.baseload.service.inference.Origin;
import io.baseload.service.quota.QuotaExceededException;
import io.baseload.service.quota.QuotaExceededException.Limit;
import io.baseload.service.quota.QuotaSnapshot;
import io.baseload.service.registry.ModelUnavailableException;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.tenant.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Answers with a fixed text, or fails, depending on the model's name. Needs neither an engine nor a database. */
public final class ScriptedInference implements Inference {
    static final List<String> WORDS = List.of("Hello", ", ", "wörld", " \uD83D\uDE00", "\nline");
    private static final int PROMPT = 7;
    /** What the model {@code verbose} says. */
    static final String LONG = "x".repeat(6 << 20);

    private final Map<String, CompletableFuture<Long>> cancelled = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> goes = new ConcurrentHashMap<>();
    private final Map<String, InferenceRequest> asked = new ConcurrentHashMap<>();

    /** Before the tokens of the model {@code held}. */
    final Gate tokens = new Gate();

    /** When a request was cancelled, in nanoseconds of the JVM's clock. */
    public CompletableFuture<Long> cancelOf(String requestId) {
        return cancelled.computeIfAbsent(requestId, key -> new CompletableFuture<>());
    }

    /** The model {@code patient} says nothing before that. */
    public void letGo(String requestId) {
        goOf(requestId).countDown();
    }

    private CountDownLatch goOf(String requestId) {
        return goes.computeIfAbsent(requestId, key -> new CountDownLatch(1));
    }

    public InferenceRequest asked(String requestId) {
        return Objects.requireNonNull(asked.get(requestId), "no request " + requestId);
    }

    @Override
    public AdmittedRequest ask(Caller caller, InferenceRequest request, Origin origin, AnswerListener listener) {
        String model = request.model();
        refuse(model);
        String id = origin.requestId();
        asked.put(id, request);
        var run = new Run(request.completion(), listener, cancelOf(id), goOf(id));
        Thread.ofVirtual().start(() -> run.play(model));
        var room = new QuotaSnapshot.Room(1000, 900, Duration.ofMinutes(6));
        return new AdmittedRequest(
                "the-model",
                "test-1",
                request.completion(),
                PROMPT,
                List.of(),
                new QuotaSnapshot(Optional.empty(), Optional.of(room), List.of()),
                run);
    }

    /** How often somebody asked for the windows. */
    final AtomicInteger roomQueries = new AtomicInteger();

    @Override
    public Optional<QuotaSnapshot> room(Caller caller) {
        roomQueries.incrementAndGet();
        var room = new QuotaSnapshot.Room(1000, 50, Duration.ofSeconds(20));
        return Optional.of(new QuotaSnapshot(Optional.of(room), Optional.empty(), List.of()));
    }

    /** The calls whose results were closed. */
    final Queue<EncodingCall> released = new ConcurrentLinkedQueue<>();

    /** Of each input a vector, which has its number and a half, or many halves. */
    @Override
    public EncodingResult encode(Caller caller, EncodingCall call, Origin origin, BooleanSupplier wanted) {
        refuse(call.model());
        int length = call.model().equals("verbose") ? LONG.length() / Float.BYTES : 2;
        var outputs = IntStream.range(0, call.request().input().size())
                .mapToObj(i -> vector(i, length))
                .toList();
        return new EncodingResult(
                "the-model",
                outputs,
                PROMPT,
                new QuotaSnapshot(Optional.empty(), Optional.empty(), List.of()),
                false,
                () -> released.add(call));
    }

    private static float[] vector(int number, int length) {
        var vector = new float[length];
        Arrays.fill(vector, 0.5f);
        vector[0] = number;
        return vector;
    }

    /** Each message is a token, and so is each tool. */
    @Override
    public <T> T withTokens(Caller caller, String model, BooleanSupplier wanted, Function<TokenCodec, T> use) {
        refuse(model);
        if (model.equals("held")) {
            tokens.pass();
        }
        return use.apply(new TokenCodec() {
            @Override
            public List<int[]> of(CompletionRequest request) {
                int messages = request.input() instanceof Input.Chat chat
                        ? chat.messages().size()
                        : 1;
                return List.of(new int[messages + request.tools().tools().size()]);
            }

            @Override
            public String text(int[] tokens) {
                return model.equals("verbose") ? LONG : "x".repeat(tokens.length);
            }

            @Override
            public int contextLength() {
                return 100;
            }
        });
    }

    private static void refuse(String model) {
        switch (model) {
            case "unknown" -> throw new UnknownModelException(model);
            case "loading" -> throw new ModelUnavailableException(model, "loading", Duration.ofMillis(1500));
            case "full" -> throw new OverloadedException("The queue is full.", Duration.ofSeconds(2));
            case "concurrency" -> throw exceeded(Limit.CONCURRENCY, Duration.ofSeconds(1));
            case "requests" -> throw exceeded(Limit.REQUESTS, Duration.ofSeconds(30));
            case "tokens" -> throw exceeded(Limit.TOKENS, Duration.ofSeconds(40));
            case "day" -> throw exceeded(Limit.TOKENS, Duration.ofHours(5));
            case "budget" -> throw exceeded(Limit.BUDGET, Duration.ofDays(20));
            case "no-database" -> throw new LedgerUnavailableException(new IllegalStateException("down"));
            case "long" ->
                throw new InvalidRequestException("messages", "context_length_exceeded", "Too long by 7 tokens.");
            case "long-answer" -> throw tooLong(20_000, 32_000);
            case "long-prompt" -> throw tooLong(40_000, 32_000);
            case "bug" -> throw new IllegalStateException("secret detail");
            default -> {}
        }
    }

    private static InvalidRequestException tooLong(int prompt, int completion) {
        var excess = new InvalidRequestException.Excess(prompt, completion, 32_768);
        return new InvalidRequestException("messages", "context_length_exceeded", "Too long.", Optional.of(excess));
    }

    private static QuotaExceededException exceeded(Limit limit, Duration retryAfter) {
        var room = new QuotaSnapshot.Room(1000, 7, retryAfter);
        var quota = new QuotaSnapshot(Optional.of(room), Optional.empty(), List.of());
        return new QuotaExceededException(limit, "Limit reached.", retryAfter, quota);
    }

    static TokenLogprob logprob(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var impossible = new TokenLogprob(2, "no", new byte[] {'n', 'o'}, Float.NEGATIVE_INFINITY, List.of());
        return new TokenLogprob(
                1, text, bytes, -0.5f, List.of(new TokenLogprob(1, text, bytes, -0.5f, List.of()), impossible));
    }

    private record Run(
            CompletionRequest request,
            Consumer<CompletionEvent> listener,
            CompletableFuture<Long> cancelledAt,
            CountDownLatch go,
            CountDownLatch stop)
            implements Completion {
        Run(
                CompletionRequest request,
                Consumer<CompletionEvent> listener,
                CompletableFuture<Long> cancelledAt,
                CountDownLatch go) {
            this(request, listener, cancelledAt, go, new CountDownLatch(1));
        }

        @Override
        public void cancel() {
            cancelledAt.complete(System.nanoTime());
            stop.countDown();
        }

        @Override
        public Usage usage() {
            return new Usage(PROMPT, 0);
        }

        void play(String model) {
            switch (model) {
                case "prefill" -> endWhenCancelled(Integer.MAX_VALUE, 10_000);
                case "drip" -> endWhenCancelled(20, Integer.MAX_VALUE);
                case "flood" -> endWhenCancelled(0, 200_000);
                case "patient" -> patient();
                case "breaks" -> {
                    text(0, "a ");
                    listener.accept(new CompletionEvent.Failed(new IllegalStateException("secret"), usage()));
                }
                case "ambiguous" -> {
                    text(0, "a ");
                    var cause = new InvalidRequestException("guided_grammar", "invalid_value", "too ambiguous");
                    listener.accept(new CompletionEvent.Failed(cause, usage()));
                }
                case "shutdown" -> {
                    text(0, "a ");
                    listener.accept(new CompletionEvent.Finished(usage(), 0, true));
                }
                case "thinks" ->
                    tell(
                            StopReason.STOP,
                            new CompletionEvent.Reasoning(0, "Hm. "),
                            new CompletionEvent.Reasoning(0, "Yes."),
                            new CompletionEvent.Text(0, "Sunny.", List.of()));
                case "thinks-scored" ->
                    tell(
                            StopReason.STOP,
                            new CompletionEvent.Text(0, "", List.of(logprob("<think>"))),
                            new CompletionEvent.Reasoning(0, "Hm."),
                            new CompletionEvent.Text(0, "Sunny.", List.of(logprob("Sunny."))));
                case "stops" -> {
                    text(0, "Sun");
                    listener.accept(new CompletionEvent.ChoiceFinished(0, StopReason.STOP, Optional.of("ny")));
                    listener.accept(new CompletionEvent.Finished(new Usage(PROMPT, 2, 3), 0, false));
                }
                case "sprawling" -> sprawl();
                case "verbose" -> tell(StopReason.STOP, new CompletionEvent.Text(0, LONG, List.of()));
                case "cut" -> tell(StopReason.LENGTH, new CompletionEvent.Text(0, "Sun", List.of()));
                case "answers-and-calls" ->
                    tell(
                            StopReason.TOOL_CALLS,
                            new CompletionEvent.Reasoning(0, "Hm."),
                            new CompletionEvent.Text(0, "I look ", List.of()),
                            new CompletionEvent.Text(0, "it up.", List.of()),
                            new CompletionEvent.ToolCallStarted(0, 0, "call_a", "get_weather"),
                            new CompletionEvent.ToolCallArguments(0, 0, "{\"city\":"),
                            new CompletionEvent.ToolCallArguments(0, 0, " \"Paris\"}"));
                case "calls" ->
                    tell(
                            StopReason.TOOL_CALLS,
                            new CompletionEvent.ToolCallStarted(0, 0, "call_a", "get_weather"),
                            new CompletionEvent.ToolCallArguments(0, 0, "{\"city\":"),
                            new CompletionEvent.ToolCallArguments(0, 0, " \"Paris\"}"),
                            new CompletionEvent.ToolCallStarted(0, 1, "call_b", "ping"),
                            new CompletionEvent.ToolCallArguments(0, 1, "{}"));
                case "calls-each" -> tell(StopReason.TOOL_CALLS, callsOfEach());
                default -> words();
            }
        }

        /** A call of each tool, by the name that the model sees. */
        private CompletionEvent[] callsOfEach() {
            List<ToolSpec> tools = request.tools().tools();
            return IntStream.range(0, tools.size())
                    .mapToObj(i -> new CompletionEvent.ToolCallStarted(
                            0, i, "call_" + i, tools.get(i).name()))
                    .toArray(CompletionEvent[]::new);
        }

        private void words() {
            int choices = request.prompts() * request.choices();
            for (String word : WORDS) {
                for (int choice = 0; choice < choices; choice++) {
                    text(choice, word);
                }
            }
            for (int choice = 0; choice < choices; choice++) {
                listener.accept(new CompletionEvent.ChoiceFinished(choice, StopReason.STOP, Optional.empty()));
            }
            listener.accept(new CompletionEvent.Finished(new Usage(PROMPT, 6 * choices), 0, false));
        }

        private void tell(StopReason reason, CompletionEvent... pieces) {
            List.of(pieces).forEach(listener);
            listener.accept(new CompletionEvent.ChoiceFinished(0, reason, Optional.empty()));
            listener.accept(new CompletionEvent.Finished(new Usage(PROMPT, 9), 4, false));
        }

        private void patient() {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            words();
        }

        /** Tokens with very many alternatives, which are one object. */
        private void sprawl() {
            var alternatives = Collections.nCopies(100_000, logprob("y"));
            var token = new TokenLogprob(1, "x", new byte[] {'x'}, -0.5f, alternatives);
            for (int i = 0; i < 10_000 && !waits(0); i++) {
                listener.accept(new CompletionEvent.Text(0, "x", List.of(token)));
            }
            listener.accept(new CompletionEvent.Finished(usage(), 0, true));
        }

        private void endWhenCancelled(int millis, int pieces) {
            for (int i = 0; i < pieces && !waits(millis); i++) {
                text(0, "word number " + i + " ");
            }
            listener.accept(new CompletionEvent.Finished(usage(), 0, true));
        }

        /** Returns true when cancelled. */
        private boolean waits(int millis) {
            try {
                return stop.await(millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                return true;
            }
        }

        private void text(int choice, String text) {
            var logprobs = request.topLogprobs() < 0 ? List.<TokenLogprob>of() : List.of(logprob(text));
            listener.accept(new CompletionEvent.Text(choice, text, logprobs));
        }
    }
}

package io.baseload.chat.completion;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.SamplingOptions;
import io.baseload.engine.api.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/** The answers to one request, each a separate generation. */
final class RunningCompletion implements Completion {
    private final Prepared prepared;
    private final Events events;
    private final List<Answer> answers = new ArrayList<>();
    private final AtomicInteger running;
    private final AtomicReference<Optional<Throwable>> failure = new AtomicReference<>(Optional.empty());
    private volatile boolean cancelled;

    private RunningCompletion(Prepared prepared, Events events) {
        this.prepared = prepared;
        this.events = events;
        this.running = new AtomicInteger(prepared.answers());
    }

    static RunningCompletion start(Prepared prepared, IntFunction<Lease> leases, Consumer<CompletionEvent> listener) {
        Events events = new Events(listener);
        RunningCompletion completion = new RunningCompletion(prepared, events);
        completion.makeAnswers();
        if (prepared.answers() == 1) {
            events.open();
        }
        completion.startAnswers(leases);
        events.open();
        return completion;
    }

    private void makeAnswers() {
        CompletionRequest request = prepared.request();
        for (int prompt = 0; prompt < prepared.prompts().size(); prompt++) {
            Optional<BestOf> best = request.bestOf() > request.choices()
                    ? Optional.of(new BestOf(prompt, request.bestOf(), request.choices(), events::emit))
                    : Optional.empty();
            for (int i = 0; i < request.bestOf(); i++) {
                int choice = prompt * request.bestOf() + i;
                Consumer<CompletionEvent> listener =
                        best.map(b -> (Consumer<CompletionEvent>) b::hold).orElse(events::emit);
                Answer answer = new Answer(choice, prepared, listener, this);
                best.ifPresent(b -> b.add(answer));
                answers.add(answer);
            }
        }
    }

    private void startAnswers(IntFunction<Lease> leases) {
        try {
            for (int i = 0; i < answers.size(); i++) {
                answers.get(i).start(prepared.model(), request(i, leases.apply(i)));
            }
        } catch (RuntimeException e) {
            events.close();
            cancel();
            throw e;
        }
        if (cancelled) {
            cancel();
        }
    }

    private GenerationRequest request(int answer, Lease lease) {
        CompletionRequest request = prepared.request();
        boolean ranked = request.bestOf() > request.choices();
        return new GenerationRequest(
                prepared.prompt(answer).tokens(),
                prepared.maxTokens(),
                seeded(request.sampling(), answer),
                prepared.tokenizer().stopTokens(),
                ranked ? Math.max(0, request.topLogprobs()) : request.topLogprobs(),
                request.echo() && request.topLogprobs() >= 0,
                prepared.mask(answer),
                lease,
                prepared.flow(),
                prepared.scope());
    }

    /** A separate seed for each answer, because otherwise all answers of a request would be the same. */
    private static SamplingOptions seeded(SamplingOptions options, int answer) {
        if (answer == 0 || options.seed().isEmpty()) {
            return options;
        }
        return new SamplingOptions(
                options.temperature(),
                options.topP(),
                options.topK(),
                options.minP(),
                options.presencePenalty(),
                options.frequencyPenalty(),
                OptionalLong.of(options.seed().getAsLong() + answer),
                options.logitBias());
    }

    /** An answer has ended. */
    void ended() {
        if (running.decrementAndGet() > 0) {
            return;
        }
        Optional<Throwable> cause = failure.get();
        events.emit(
                cause.isPresent()
                        ? new CompletionEvent.Failed(cause.get(), usage())
                        : new CompletionEvent.Finished(
                                usage(), reasoningTokens(), answers.stream().anyMatch(Answer::cancelled)));
    }

    private int reasoningTokens() {
        return answers.stream().mapToInt(Answer::reasoningTokens).sum();
    }

    /** An answer has failed, so the others are no longer needed. */
    void failed(Throwable cause) {
        failure.compareAndSet(Optional.empty(), Optional.of(cause));
        cancel();
        ended();
    }

    @Override
    public void cancel() {
        cancelled = true;
        answers.forEach(Answer::cancel);
    }

    /** A prompt counts once, and as cached only the part that no answer to it had to compute. */
    @Override
    public Usage usage() {
        int prompt = 0;
        int completion = 0;
        int cached = 0;
        int perPrompt = prepared.request().bestOf();
        for (int i = 0; i < answers.size(); i += perPrompt) {
            int largest = 0;
            int leastCached = Integer.MAX_VALUE;
            for (Answer answer : answers.subList(i, i + perPrompt)) {
                Usage usage = answer.usage();
                largest = Math.max(largest, usage.prompt());
                leastCached = Math.min(leastCached, usage.cached());
                completion += usage.completion();
            }
            prompt += largest;
            cached += leastCached;
        }
        return new Usage(prompt, completion, cached);
    }
}

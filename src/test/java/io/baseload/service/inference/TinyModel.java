package io.baseload.service.inference;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.PreparedCompletion;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenCodec;
import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.OverloadedException;
import io.baseload.engine.api.Usage;
import io.baseload.service.registry.ModelUse;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.ModelDirectory;
import io.baseload.service.routing.TargetFilter;
import io.baseload.service.tenant.Caller;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A model that repeats one word as often as the tests and the lease allow: the contract of the chat layer, without weights. */
final class TinyModel implements ModelDirectory, Completions {
    static final int CONTEXT = 1000;
    static final int PLACES = 72;

    /** Whether a backend answers. */
    volatile boolean elsewhere;
    /** Tokens that may be decoded; the tests let them go. */
    final Semaphore steps = new Semaphore(0);

    final AtomicInteger holds = new AtomicInteger();
    final AtomicInteger prepared = new AtomicInteger();
    final AtomicInteger started = new AtomicInteger();
    volatile FlowId lastFlow = FlowId.NONE;
    volatile CacheScope lastScope = CacheScope.PRIVATE;
    volatile boolean full;
    /** Whether it can't do what is asked. */
    volatile boolean refusing;

    volatile boolean broken;
    /** Asked first, if there is one. */
    volatile @Nullable Target canary;

    /** The first-token times of all answers that ended. */
    final BlockingQueue<Duration> firstTokens = new LinkedBlockingQueue<>();
    /** Whether counting an answer's end fails. */
    volatile boolean uncountable;
    /** Whether nothing is begun. */
    volatile boolean stuck;

    static TinyModel free() {
        var model = new TinyModel();
        model.steps.release(1_000_000_000);
        return model;
    }

    @Override
    public List<Target> route(Caller caller, String name, TargetFilter filter) {
        if (!name.equals("tiny")) {
            throw new UnknownModelException(name);
        }
        Target only = withPlaces(PLACES);
        Target first = canary;
        return first == null ? List.of(only) : List.of(first, only);
    }

    @Override
    public List<ModelDirectory.Card> visibleTo(Caller caller) {
        return List.of();
    }

    @Override
    public Set<String> ids() {
        return Set.of("tiny");
    }

    @Override
    public TokenCodec tokens(FlowId flow) {
        return new TokenCodec() {
            @Override
            public List<int[]> of(CompletionRequest request) {
                return List.of(new int[] {1});
            }

            @Override
            public String text(int[] tokens) {
                return "x".repeat(tokens.length);
            }

            @Override
            public int contextLength() {
                return 8;
            }
        };
    }

    @Override
    public long leastTokens(CompletionRequest request) {
        return 0;
    }

    @Override
    public PreparedCompletion prepare(CompletionRequest request, FlowId flow, CacheScope scope) {
        if (refusing) {
            throw new InvalidRequestException("prompt", "unsupported_value", "not by this model");
        }
        prepared.incrementAndGet();
        lastFlow = flow;
        lastScope = scope;
        var prompts = ((Input.Tokens) request.input()).prompts();
        int prompt = prompts.stream().mapToInt(ids -> ids.length).sum();
        return new Prepared(
                prompt,
                prompts.size() * request.bestOf(),
                request.maxTokens().orElse(CONTEXT - prompt),
                request.maxTokens().isPresent());
    }

    /** The same model, in a process that has only so many places. */
    Target withPlaces(int places) {
        return patience -> {
            holds.incrementAndGet();
            return new HeldTinyModel(places);
        };
    }

    private final class HeldTinyModel implements ServedModel {
        private final int places;
        private boolean open = true;

        HeldTinyModel(int places) {
            this.places = places;
        }

        @Override
        public String id() {
            return "tiny";
        }

        @Override
        public String fingerprint() {
            return "tiny-1";
        }

        @Override
        public ModelUse use() {
            return new ModelUse.Answers(TinyModel.this);
        }

        @Override
        public boolean showsSteps() {
            return !elsewhere;
        }

        @Override
        public int maxAnswers() {
            return elsewhere ? Integer.MAX_VALUE : places;
        }

        @Override
        public boolean sharesOutputMemory() {
            return elsewhere;
        }

        @Override
        public int places() {
            return places;
        }

        @Override
        public Duration queueTime() {
            return Duration.ofSeconds(1);
        }

        @Override
        public void ended(boolean failed, Duration firstToken) {
            firstTokens.add(firstToken);
            if (uncountable) {
                throw new IllegalStateException("not counted");
            }
        }

        @Override
        public synchronized void close() {
            if (open) {
                open = false;
                holds.decrementAndGet();
            }
        }
    }

    private final class Prepared implements PreparedCompletion {
        private final int promptTokens;
        private final int answers;
        private final int maxTokens;
        private final boolean maxTokensGiven;

        Prepared(int promptTokens, int answers, int maxTokens, boolean maxTokensGiven) {
            this.promptTokens = promptTokens;
            this.answers = answers;
            this.maxTokens = maxTokens;
            this.maxTokensGiven = maxTokensGiven;
        }

        @Override
        public int promptTokens() {
            return promptTokens;
        }

        @Override
        public int answers() {
            return answers;
        }

        @Override
        public int maxTokens() {
            return maxTokens;
        }

        @Override
        public boolean maxTokensGiven() {
            return maxTokensGiven;
        }

        @Override
        public List<String> unenforcedFormats() {
            return List.of();
        }

        @Override
        public Completion start(
                IntFunction<Lease> leases, Optional<Duration> patience, Consumer<CompletionEvent> listener) {
            if (full) {
                throw new OverloadedException("the queue is full", Duration.ofSeconds(1));
            }
            started.incrementAndGet();
            var words = new Words(this, leases, listener);
            Executors.defaultThreadFactory().newThread(words).start();
            return words;
        }
    }

    private final class Words implements Completion, Runnable {
        private final Prepared prepared;
        private final IntFunction<Lease> leases;
        private final Consumer<CompletionEvent> listener;
        private final AtomicInteger decoded = new AtomicInteger();
        private volatile boolean cancelled;

        Words(Prepared prepared, IntFunction<Lease> leases, Consumer<CompletionEvent> listener) {
            this.prepared = prepared;
            this.leases = leases;
            this.listener = listener;
        }

        @Override
        public void run() {
            while (stuck && !cancelled) {
                pause();
            }
            for (int answer = 0; answer < prepared.answers; answer++) {
                say(answer, leases.apply(answer));
            }
            listener.accept(
                    broken
                            ? new CompletionEvent.Failed(new IllegalStateException("broken"), usage())
                            : new CompletionEvent.Finished(usage(), 0, cancelled));
        }

        private void say(int answer, Lease lease) {
            int said = 0;
            while (said < prepared.maxTokens && !cancelled && !broken) {
                var may = lease.ask(said);
                if (may == Lease.Answer.END) {
                    break;
                }
                if (may == Lease.Answer.WAIT || !steps.tryAcquire()) {
                    pause();
                    continue;
                }
                said++;
                decoded.incrementAndGet();
                listener.accept(new CompletionEvent.Text(answer, "word ", List.of()));
            }
            if (!cancelled) {
                listener.accept(new CompletionEvent.ChoiceFinished(answer, StopReason.LENGTH, Optional.empty()));
            }
        }

        private static void pause() {
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public boolean hasBegun() {
            return elsewhere;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public Usage usage() {
            return new Usage(prepared.promptTokens, decoded.get());
        }
    }
}

package io.baseload.chat.completion;

import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.Input;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.api.TokenLogprob;
import io.baseload.chat.stop.CharacterAssembler;
import io.baseload.chat.stop.StopScanner;
import io.baseload.chat.tokenizer.TokenBytes;
import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.Generation;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One answer: tokens in, whole characters out, up to a stop text. The engine's thread calls it; nothing here waits. */
final class Answer implements TokenSink {
    private final int choice;
    private final Prepared prepared;
    private final Consumer<CompletionEvent> listener;
    private final RunningCompletion completion;
    private final TokenBytes shown;
    private final CharacterAssembler characters = new CharacterAssembler();
    private final StopScanner scanner;
    private final Logprobs logprobs;
    private boolean echoDue;
    private boolean artificialSpaceDue;
    private int tokens;
    private double logprobSum;
    private volatile Optional<Generation> generation = Optional.empty();
    private volatile Optional<Usage> finalUsage = Optional.empty();
    private volatile boolean cancelled;

    Answer(int choice, Prepared prepared, Consumer<CompletionEvent> listener, RunningCompletion completion) {
        this.choice = choice;
        this.prepared = prepared;
        this.listener = listener;
        this.completion = completion;
        shown = prepared.tokenizer().shown();
        scanner = prepared.stops().scanner();
        logprobs = new Logprobs(prepared.tokenizer().bytes(), prepared.request().topLogprobs() >= 0);
        echoDue = prepared.request().echo();
        artificialSpaceDue = prepared.request().input() instanceof Input.Chat
                && prepared.tokenizer().startsWithArtificialSpace();
    }

    void start(LoadedModel model, GenerationRequest request) {
        generation = Optional.of(model.generate(request, this));
    }

    int choice() {
        return choice;
    }

    boolean cancelled() {
        return cancelled;
    }

    void cancel() {
        generation.ifPresent(Generation::cancel);
    }

    Usage usage() {
        return finalUsage.or(() -> generation.map(Generation::usage)).orElse(new Usage(0, 0));
    }

    double meanLogprob() {
        return tokens == 0 ? 0 : logprobSum / tokens;
    }

    @Override
    public void prompt(List<SampledToken> sampled) {
        logprobs.prompt(sampled);
    }

    @Override
    public boolean token(SampledToken token) {
        echo();
        tokens++;
        logprobSum += token.logprob();
        if (prepared.tokenizer().stopTokens().contains(token.id())) {
            return false;
        }
        // a control token that ends nothing has no text either, but stands in the log-probabilities
        boolean silent = prepared.tokenizer().isSpecial(token.id());
        String text = withoutArtificialSpace(
                characters.append(shown.table(), shown.start(token.id()), silent ? 0 : shown.length(token.id())));
        logprobs.add(token, text.length());
        send(scanner.append(text), false);
        return !scanner.stopped();
    }

    private String withoutArtificialSpace(String text) {
        if (!artificialSpaceDue || text.isEmpty()) {
            return text;
        }
        artificialSpaceDue = false;
        return text.startsWith(" ") ? text.substring(1) : text;
    }

    private void echo() {
        if (echoDue) {
            echoDue = false;
            Prompt prompt = prepared.prompt(choice);
            listener.accept(new CompletionEvent.Text(choice, prompt.text(), logprobs.ofPrompt(prompt.tokens())));
        }
    }

    private void send(String text, boolean all) {
        List<TokenLogprob> covered = all ? logprobs.takeAll() : logprobs.takeBefore(scanner.passed());
        if (!text.isEmpty() || !covered.isEmpty()) {
            listener.accept(new CompletionEvent.Text(choice, text, covered));
        }
    }

    @Override
    public void finished(FinishReason reason, Usage usage) {
        finalUsage = Optional.of(usage);
        cancelled = reason == FinishReason.CANCELLED;
        if (!cancelled) {
            echo();
            String rest = scanner.append(characters.finish()) + scanner.finish();
            send(rest, !scanner.stopped());
            boolean cut = reason == FinishReason.LENGTH && !scanner.stopped();
            listener.accept(new CompletionEvent.ChoiceFinished(choice, cut ? StopReason.LENGTH : StopReason.STOP));
        }
        completion.ended();
    }

    @Override
    public void failed(Throwable cause, Usage usage) {
        finalUsage = Optional.of(usage);
        completion.failed(cause);
    }
}

package io.baseload.tools;

import io.baseload.chat.api.Completion;
import io.baseload.chat.api.CompletionEvent;
import io.baseload.chat.api.Completions;
import io.baseload.chat.api.StopReason;
import io.baseload.chat.schema.Example;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadOptions;
import io.baseload.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/** What {@code bin/structured} runs. */
public final class Structured {
    private static final int MAX_TOKENS = 1024;
    private static final int MAX_SEQUENCES = 8;
    private static final double MIN_ENDED = 0.95;

    private Structured() {}

    /**
     * The result of one question.
     *
     * @param problems what parser and validator found
     */
    private record Outcome(String id, long seed, String text, StopReason reason, int tokens, List<String> problems) {
        boolean ended() {
            return reason == StopReason.STOP;
        }

        boolean wrong() {
            return ended() && !problems.isEmpty();
        }
    }

    public static void main(String[] args) {
        int each = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        long before = System.nanoTime();
        List<Outcome> outcomes;
        try (Engine engine = Engine.open(EngineOptions.defaults())) {
            LoadOptions options =
                    LoadOptions.named("smollm2").withContextLength(2048).withMaxSequences(MAX_SEQUENCES);
            outcomes = ask(Completions.of(engine.load(TestModels.smolLm2(), options)), each);
        }
        System.exit(report(outcomes, (System.nanoTime() - before) / 1e9) ? 0 : 1);
    }

    private static List<Outcome> ask(Completions model, int each) {
        List<CompletableFuture<Outcome>> asked = new ArrayList<>();
        var places = new Semaphore(MAX_SEQUENCES);
        for (Example example : Example.all()) {
            for (int seed = 0; seed < each; seed++) {
                places.acquireUninterruptibly();
                CompletableFuture<Outcome> outcome = ask(model, example, seed);
                asked.add(outcome.whenComplete((done, failed) -> places.release()));
            }
            System.err.println(asked.size() + " asked");
        }
        return asked.stream().map(CompletableFuture::join).toList();
    }

    private static CompletableFuture<Outcome> ask(Completions model, Example example, long seed) {
        var outcome = new CompletableFuture<Outcome>();
        var text = new StringBuilder();
        var reason = new StopReason[] {StopReason.LENGTH};
        Completion unused = model.prepare(Questions.held(example, seed, MAX_TOKENS))
                .start(i -> Lease.unlimited(), event -> {
                    switch (event) {
                        case CompletionEvent.Text piece -> text.append(piece.text());
                        case CompletionEvent.ChoiceFinished end -> reason[0] = end.reason();
                        case CompletionEvent.Finished end -> {
                            int tokens = end.usage().completion();
                            outcome.completeAsync(() -> new Outcome(
                                    example.id(),
                                    seed,
                                    text.toString(),
                                    reason[0],
                                    tokens,
                                    example.problems(text.toString())));
                        }
                        case CompletionEvent.Failed failed -> outcome.completeExceptionally(failed.cause());
                        default -> {}
                    }
                });
        return outcome;
    }

    private static boolean report(List<Outcome> outcomes, double seconds) {
        for (Outcome outcome : outcomes) {
            if (outcome.wrong()) {
                System.out.println("NOT VALID " + outcome);
            } else if (!outcome.ended()) {
                System.out.println("cut at " + outcome.tokens() + " tokens: " + outcome.id());
            }
        }
        long ended = outcomes.stream().filter(Outcome::ended).count();
        long wrong = outcomes.stream().filter(Outcome::wrong).count();
        long tokens = outcomes.stream().mapToLong(Outcome::tokens).sum();
        System.out.printf(
                Locale.ROOT,
                "%d answers, %d ended with stop (%.1f %%), %d of these not valid; %d tokens in %.0f s%n",
                outcomes.size(),
                ended,
                100.0 * ended / outcomes.size(),
                wrong,
                tokens,
                seconds);
        return wrong == 0 && ended >= MIN_ENDED * outcomes.size();
    }
}

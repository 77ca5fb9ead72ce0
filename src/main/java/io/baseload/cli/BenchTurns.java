package io.baseload.cli;

import io.baseload.engine.api.CacheScope;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.LoadedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How long a chat's second turn waits for its first token, beside the first turn: its prompt is the first one, the answer to that, and a few tokens more.
 *
 * @param quantize the format of the weights of linear layers
 * @param prompt tokens of the first turn
 * @param second tokens of the second
 * @param cached how many of them were found in the prefix cache; the least of all rounds
 * @param percent the second time in percent of the first
 */
record BenchTurns(
        String quantize,
        int threads,
        int prompt,
        int second,
        int cached,
        Spread firstMillis,
        Spread secondMillis,
        Spread percent) {
    private static final int ANSWER = 24;

    /** Tokens of the second question, with the marks around it. */
    private static final int QUESTION = 16;

    /** Tokens of a sequence besides the first prompt. */
    static final int MAX_SPARE = 2 * ANSWER + QUESTION;

    private static final CacheScope SCOPE = CacheScope.of("bench");

    /** An answer: the time until its first token, and its tokens. */
    private record Turn(double millis, int[] answer, int cached) {}

    private record Round(Turn first, Turn second) {
        double percent() {
            return 100 * second.millis / first.millis;
        }
    }

    /** The first round is a warm-up. */
    static BenchTurns run(LoadedModel model, String quantize, int threads, int prompt, int repeat)
            throws InterruptedException, ExecutionException {
        List<Round> rounds = new ArrayList<>();
        for (int number = 0; number <= repeat; number++) {
            rounds.add(round(model, number, prompt));
        }
        rounds.removeFirst();
        return new BenchTurns(
                quantize,
                threads,
                prompt,
                prompt + rounds.getFirst().first.answer.length + QUESTION,
                rounds.stream().mapToInt(round -> round.second.cached).min().orElseThrow(),
                spread(rounds, round -> round.first.millis),
                spread(rounds, round -> round.second.millis),
                spread(rounds, Round::percent));
    }

    private static Spread spread(List<Round> rounds, ToDoubleFunction<Round> value) {
        return Spread.of(rounds.stream().mapToDouble(value));
    }

    /** Each round has another first token, so that nothing of it is cached. */
    private static Round round(LoadedModel model, int number, int prompt)
            throws InterruptedException, ExecutionException {
        int vocabulary = model.info().vocabularySize();
        int[] question = BenchRound.ids(prompt, number, vocabulary);
        Turn first = turn(model, question);
        IntStream next = IntStream.of(BenchRound.ids(QUESTION, number + 1, vocabulary));
        int[] all = IntStream.concat(IntStream.concat(IntStream.of(question), IntStream.of(first.answer)), next)
                .toArray();
        return new Round(first, turn(model, all));
    }

    private static Turn turn(LoadedModel model, int[] prompt) throws InterruptedException, ExecutionException {
        var sink = new BenchSink(ANSWER, new CountDownLatch(1));
        long start = System.nanoTime();
        model.generate(BenchRound.request(prompt, ANSWER, Lease.unlimited(), SCOPE), sink);
        int cached = sink.end().get().cached();
        return new Turn((sink.times()[0] - start) / 1e6, sink.ids(), cached);
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%s, %d threads: the first token after %s ms for %d tokens, after %s ms for the next turn's %d, of"
                        + " which %d are cached: %.1f %% (%.1f to %.1f)",
                quantize,
                threads,
                firstMillis,
                prompt,
                secondMillis,
                second,
                cached,
                percent.median(),
                percent.min(),
                percent.max());
    }
}

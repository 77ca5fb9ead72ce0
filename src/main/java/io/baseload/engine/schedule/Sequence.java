package io.baseload.engine.schedule;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.Generation;
import io.baseload.engine.api.GenerationRequest;
import io.baseload.engine.api.Lease;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.api.TokenSink;
import io.baseload.engine.api.Usage;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.sample.AllowedTokens;
import io.baseload.engine.sample.SamplingState;
import io.baseload.engine.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An accepted request: its tokens, and the number of them whose keys and values are computed. Prompt tokens are computed as prefill rows and decoded ones as decode rows, also when a
 * sequence that lost its pages is computed again, so that it continues with the same bits. Used by the engine's thread, unless stated otherwise. The sequence's lock is held while its sink is called,
 * because another thread may report its end if the engine is lost.
 */
final class Sequence implements Generation {
    /** Additional tokens for which there must be pages before it starts, so that it isn't preempted again at once. */
    private static final int HEADROOM = 64;

    private final GenerationRequest request;
    private final TokenSink sink;
    private final Flow flow;
    private final long arrival;
    private final int mostDecoded;
    private final SamplingState sampling;
    private final PageTable table;
    private final int recomputedBeyond;
    private final Runnable wakeEngine;
    private final List<SampledToken> promptScores = new ArrayList<>();
    private int[] tokens;
    private int known;
    private int computed;
    private int computedFor;
    private boolean holding;

    /** The logits that it holds, or held last. */
    private @Nullable Rows held;

    private @Nullable FinishReason reason;
    private volatile @Nullable Throwable failure;
    private volatile boolean cancelled;
    private boolean reported;
    private int decoded;
    private volatile Usage usage = new Usage(0, 0);

    /** Number of its rows in the step that is being planned. */
    int stepRows;

    /** Index of the first of these rows' logits. */
    int stepLogits;

    /** Number of these rows with logits; always the last ones. */
    int stepLogitRows;

    /** Number of the prompt's positions whose logits were passed to the sink or scored. */
    int promptScored;

    /** Number of steps in which the sequence took part. */
    long steps;

    /** Whether the current planning has decided on it. */
    boolean considered;

    private @Nullable PromptLookup lookup;
    private boolean admitted;
    private boolean running;
    private long admittedNanos;

    /**
     * @param mostDecoded the most tokens to decode: the request's maximum, or the rest of the context
     * @param vocabulary number of logits
     * @param recomputedBeyond the length beyond which a growing sequence is recomputed
     */
    Sequence(
            GenerationRequest request,
            TokenSink sink,
            Flow flow,
            long arrival,
            int mostDecoded,
            int vocabulary,
            PageTable table,
            int recomputedBeyond,
            Runnable wakeEngine) {
        this.request = request;
        this.sink = sink;
        this.flow = flow;
        this.arrival = arrival;
        this.mostDecoded = mostDecoded;
        this.table = table;
        this.recomputedBeyond = recomputedBeyond;
        this.wakeEngine = wakeEngine;
        this.sampling = new SamplingState(
                request.sampling(), request.mask().map(mask -> new AllowedTokens(mask, vocabulary, wakeEngine)));
        this.tokens = request.prompt().clone();
        this.known = tokens.length;
    }

    /** May be called by any thread. */
    @Override
    public void cancel() {
        cancelled = true;
        wakeEngine.run();
    }

    /** May be called by any thread. Prompt tokens count once they are computed. */
    @Override
    public Usage usage() {
        return usage;
    }

    GenerationRequest request() {
        return request;
    }

    TokenSink sink() {
        return sink;
    }

    Flow flow() {
        return flow;
    }

    long arrival() {
        return arrival;
    }

    SamplingState sampling() {
        return sampling;
    }

    PageTable table() {
        return table;
    }

    int[] tokens() {
        return tokens;
    }

    int promptLength() {
        return request.prompt().length;
    }

    int mostDecoded() {
        return mostDecoded;
    }

    /** Number of tokens so far, of the prompt and decoded. */
    int known() {
        return known;
    }

    /** Number of tokens whose keys and values are in the pages. */
    int computed() {
        return computed;
    }

    boolean prefilling() {
        return computed < promptLength();
    }

    /** Whether the next token is decoded from the last known one's logits. */
    boolean wantsToken() {
        return decoded < mostDecoded;
    }

    /** Asks the lease whether another token may be decoded; ends or fails the sequence if the lease ends or throws. */
    Lease.Answer askLease() {
        try {
            Lease.Answer answer = request.lease().ask(decoded);
            if (answer == Lease.Answer.END) {
                finish(FinishReason.LENGTH);
            }
            return answer;
        } catch (RuntimeException e) {
            fail(e);
            return Lease.Answer.END;
        }
    }

    /** Created on first use. */
    PromptLookup lookup() {
        if (lookup == null) {
            lookup = new PromptLookup(promptLength() + mostDecoded);
        }
        return lookup;
    }

    /** The most tokens after the next one that may be computed before they are chosen: within the request's maximum, and before the length at which keys are rotated differently. */
    int roomForDrafts() {
        int sameKeys = known <= recomputedBeyond ? recomputedBeyond - known : Integer.MAX_VALUE;
        return Math.min(mostDecoded - decoded - 1, sameKeys);
    }

    /** Records that the last token's row was computed as a draft. */
    void accept() {
        computed++;
        computedFor = known;
        flow.served(1);
    }

    List<SampledToken> promptScores() {
        return promptScores;
    }

    /** Takes pages for the known tokens; takes none and returns false if there aren't enough for these and some more. */
    boolean admit() {
        share();
        if (!table.fits(Math.min(promptLength() + mostDecoded, known + HEADROOM)) || !table.grow(known)) {
            forget();
            return false;
        }
        if (!admitted) {
            sampling.allowed().ifPresent(AllowedTokens::begin);
        }
        admitted = true;
        admittedNanos = System.nanoTime();
        running = true;
        flow.running++;
        return true;
    }

    /** Takes over the part of its prompt that others of its scope have computed. The prompt's last token is always computed, because the first token of the answer is chosen from its logits. */
    void share() {
        if (!mayShare()) {
            return;
        }
        int shared = table.share(known > recomputedBeyond, tokens, promptLength() - 1);
        if (shared > computed) {
            computed = shared;
            computedFor = known;
        }
    }

    /** Whether it may share pages: not if it needs the logits of the whole prompt. */
    private boolean mayShare() {
        return !request.promptLogprobs();
    }

    /** Empty for one that was never admitted. */
    OptionalLong nanosSinceAdmission() {
        return admitted ? OptionalLong.of(System.nanoTime() - admittedNanos) : OptionalLong.empty();
    }

    /** Records that the step's rows are computed. */
    void advance() {
        int first = computed;
        computed += stepRows;
        computedFor = known;
        steps++;
        table.publish(known > recomputedBeyond, tokens, Math.min(computed, promptLength()));
        count(first);
    }

    /**
     * Counts each token of the prompt once, however often the sequence loses its pages. Its own rows are counted in their step, so a token before this step's first row that isn't counted
     * yet was found.
     */
    private void count(int first) {
        int counted = usage.prompt();
        int reached = Math.min(computed, promptLength());
        if (reached > counted) {
            int found = Math.max(0, first - counted);
            table.count(mayShare() ? reached - counted : 0, found);
            usage = new Usage(reached, decoded, usage.cached() + found);
        }
    }

    /** Whether it is longer than the length for which its keys were rotated. */
    boolean outgrown() {
        return computed > 0 && known > recomputedBeyond && computedFor <= recomputedBeyond;
    }

    /** Returns its pages, which others may share, and starts again with new ones. */
    void beginAgain() {
        table.release();
        computed = 0;
    }

    /** Records a decoded token. */
    void append(int token) {
        if (known == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.min(promptLength() + mostDecoded, known + Math.max(32, known / 2)));
        }
        tokens[known++] = token;
        sampling.decoded(token);
        holding = false;
        decoded++;
        usage = new Usage(promptLength(), decoded, usage.cached());
    }

    /** Preempts the sequence: takes its pages away, so that it is computed again. */
    void forget() {
        release();
        computed = 0;
        holding = false;
        held = null;
    }

    private void release() {
        table.release();
        flow.running -= running ? 1 : 0;
        running = false;
    }

    /** Returns its pages and its place when it has ended. */
    void leave() {
        release();
        sampling.allowed().ifPresent(AllowedTokens::abandon);
    }

    /** Whether a token can be chosen from its logits: false as long as its mask is being computed. */
    boolean mayChoose() {
        return sampling.allowed().isEmpty() || sampling.allowed().get().ready();
    }

    /** Keeps the logits of the next token until its mask is ready; steps continue without this sequence. */
    void hold(Rows logits, int row) {
        Rows own = held;
        if (own == null) {
            own = Rows.allocate(1, logits.width());
            held = own;
        }
        System.arraycopy(logits.data(), logits.at(row), own.data(), own.at(0), logits.width());
        holding = true;
    }

    /** Logits that wait for their mask. */
    @Nullable
    Rows held() {
        return holding ? held : null;
    }

    int decoded() {
        return decoded;
    }

    void finish(FinishReason reason) {
        this.reason = reason;
    }

    void fail(Throwable cause) {
        this.failure = cause;
    }

    /** Fails it unless it has ended. May be called by any thread. */
    synchronized void lose(Throwable cause) {
        if (!ended()) {
            fail(cause);
        }
    }

    boolean ended() {
        return cancelled || reason != null || failure != null;
    }

    /** Reports its end to the sink, once. May be called by any thread. */
    synchronized void report() {
        if (reported) {
            return;
        }
        reported = true;
        Throwable cause = failure;
        if (cause != null) {
            sink.failed(cause, usage());
        } else {
            sink.finished(reason == null ? FinishReason.CANCELLED : reason, usage());
        }
    }
}

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
 * A request on its way: its tokens, and how many of them have their keys and values computed. Prompt tokens are computed as prefill rows and decoded ones as
 * decode rows, also when a sequence that lost its pages is computed again, so that it goes on with the same bits. Used by the engine's thread, except where
 * it says otherwise.
 */
final class Sequence implements Generation {
    /** Tokens beyond those known that must have room before it starts, so that it isn't sent away again at once. */
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
    private int cached;
    private @Nullable Rows held;
    private @Nullable FinishReason reason;
    private @Nullable Throwable failure;
    private volatile boolean cancelled;
    private int decoded;
    private volatile Usage usage = new Usage(0, 0);

    /** Rows of the step that is being made. */
    int stepRows;

    /** Where the logits of these rows begin. */
    int stepLogits;

    /** How many of these rows have logits; always the last ones. */
    int stepLogitRows;

    /** Positions of the prompt whose logits the sink has heard of or has a score of. */
    int promptScored;

    /** Steps that the sequence took part in. */
    long steps;

    /** Whether the plan that is being made has decided on it. */
    boolean considered;

    private @Nullable PromptLookup lookup;
    private boolean admitted;
    private boolean running;
    private long admittedNanos;

    /**
     * @param mostDecoded tokens to decode at most: the request's maximum or what the context has room for
     * @param vocabulary tokens that the model has logits for
     * @param recomputedBeyond tokens beyond which a sequence that grows is computed again
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

    /** By any thread. */
    @Override
    public void cancel() {
        cancelled = true;
        wakeEngine.run();
    }

    /** By any thread. Prompt tokens count once they are computed. */
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

    /** Tokens so far, of the prompt and decoded. */
    int known() {
        return known;
    }

    /** Tokens whose keys and values are in the pages. */
    int computed() {
        return computed;
    }

    boolean prefilling() {
        return computed < promptLength();
    }

    /** Whether a token is decoded from the last known one's logits. */
    boolean wantsToken() {
        return decoded < mostDecoded;
    }

    /** Asks whether another token may be decoded; ends or fails the sequence where the lease does. */
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

    /** Made when it is first needed. */
    PromptLookup lookup() {
        if (lookup == null) {
            lookup = new PromptLookup(promptLength() + mostDecoded);
        }
        return lookup;
    }

    /** Tokens beyond the next one that may be computed before they are chosen: all of them could be chosen, and none lies where keys are rotated otherwise. */
    int roomForDrafts() {
        int sameKeys = known <= recomputedBeyond ? recomputedBeyond - known : Integer.MAX_VALUE;
        return Math.min(mostDecoded - decoded - 1, sameKeys);
    }

    /** Notes that the last token's row was computed as a draft. */
    void accept() {
        computed++;
        computedFor = known;
        flow.served(1);
    }

    List<SampledToken> promptScores() {
        return promptScores;
    }

    /** Takes the pages of what is known so far; takes none and returns false if there aren't enough for it to go on a little, too. */
    boolean admit() {
        share();
        if (!table.fits(Math.min(promptLength() + mostDecoded, known + HEADROOM)) || !table.grow(known)) {
            forget();
            cached = admitted ? cached : 0;
            return false;
        }
        if (!admitted) {
            table.count(mayShare() ? promptLength() : 0, cached);
            sampling.allowed().ifPresent(AllowedTokens::begin);
        }
        admitted = true;
        admittedNanos = System.nanoTime();
        running = true;
        flow.running++;
        return true;
    }

    /** Goes on behind what others of its scope have computed of its prompt. Its last token is computed in any case: the first token of the answer follows from its logits. */
    void share() {
        if (!mayShare()) {
            return;
        }
        int shared = table.share(known > recomputedBeyond, tokens, promptLength() - 1);
        if (shared > computed) {
            int found = Math.max(0, shared - Math.max(computed, usage.prompt()));
            computed = shared;
            computedFor = known;
            cached += found;
            if (admitted) {
                table.count(0, found);
            }
        }
    }

    /** Whoever wants the logits of the whole prompt has it computed. */
    private boolean mayShare() {
        return !request.promptLogprobs();
    }

    /** Empty for one that never got in. */
    OptionalLong nanosSinceAdmission() {
        return admitted ? OptionalLong.of(System.nanoTime() - admittedNanos) : OptionalLong.empty();
    }

    /** Notes that the step's rows are computed. */
    void advance() {
        computed += stepRows;
        computedFor = known;
        steps++;
        table.publish(known > recomputedBeyond, tokens, Math.min(computed, promptLength()));
        if (usage.prompt() < promptLength() && usage.prompt() < computed) {
            usage = new Usage(Math.min(computed, promptLength()), decoded, cached);
        }
    }

    /** Whether it has outgrown what its keys were computed for. */
    boolean outgrown() {
        return computed > 0 && known > recomputedBeyond && computedFor <= recomputedBeyond;
    }

    /** Gives its pages back, which others may share, to be computed again in other ones. */
    void beginAgain() {
        table.release();
        computed = 0;
    }

    /** Notes a decoded token. */
    void append(int token) {
        if (known == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.min(promptLength() + mostDecoded, known + Math.max(32, known / 2)));
        }
        tokens[known++] = token;
        sampling.decoded(token);
        held = null;
        decoded++;
        usage = new Usage(promptLength(), decoded, cached);
    }

    /** Takes the sequence's pages away; it will be computed again. */
    void forget() {
        release();
        computed = 0;
        held = null;
    }

    private void release() {
        table.release();
        flow.running -= running ? 1 : 0;
        running = false;
    }

    /** Gives back what it has, when it has ended. */
    void leave() {
        release();
        sampling.allowed().ifPresent(AllowedTokens::abandon);
    }

    /** Whether a token can be chosen now that logits are there: false as long as its mask is being computed. */
    boolean mayChoose() {
        return sampling.allowed().isEmpty() || sampling.allowed().get().ready();
    }

    /** Keeps the logits of the next token until its mask is there; the steps go on without this sequence. */
    void hold(Rows logits, int row) {
        held = Rows.allocate(1, logits.width());
        System.arraycopy(logits.data(), logits.at(row), held.data(), held.at(0), logits.width());
    }

    /** Logits that wait for their mask. */
    @Nullable
    Rows held() {
        return held;
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

    boolean cancelled() {
        return cancelled;
    }

    boolean ended() {
        return cancelled || reason != null || failure != null;
    }

    /** Tells the sink how it ended. */
    void report() {
        if (failure != null) {
            sink.failed(failure, usage());
        } else {
            sink.finished(reason == null ? FinishReason.CANCELLED : reason, usage());
        }
    }
}

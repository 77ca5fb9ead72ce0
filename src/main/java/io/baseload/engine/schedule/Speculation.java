package io.baseload.engine.schedule;

import io.baseload.engine.api.Lease;
import io.baseload.engine.api.SpeculationLoad;
import io.baseload.engine.model.Batch;
import org.jspecify.annotations.Nullable;

/**
 * Several tokens of one sequence in a step (speculative decoding; Leviathan et al., 2023), without a second model. The sequence's own row is followed by rows of drafts, the tokens that
 * {@link PromptLookup} expects. The step computes logits for each row. The next token is chosen from the first row's logits as usual; if it is the first draft, the second row is the one
 * that the next step would have computed, and so on.
 *
 * <p><b>The text is the same as without drafts, bit for bit.</b> A draft is a decode row like others, whose bits don't depend on the rows beside it, and the choice of token number i depends on
 * the logits, the seed and i alone. Rows of wrong drafts leave keys and values after the sequence's end, which are not read before the right tokens have overwritten them; a page's state is
 * written only once its draft was right ({@link io.baseload.engine.model.CausalModel#accept}). The lease is asked for each token.
 *
 * <p><b>Only if it pays off.</b> The sequence must be the only one: others would wait for rows that may be wrong, and several sequences fill the rows anyway. It must have no mask, which
 * would have to be computed between two rows. Then {@link DraftCosts} decides by the costs of steps and by the fraction of this sequence's guesses that are right. A flow is charged for its
 * tokens, not for drafts.
 */
final class Speculation {
    private final boolean enabled;
    private final DraftCosts costs = new DraftCosts();
    private final int[] drafts = new int[Batch.MAX_DRAFTS];
    private @Nullable Sequence alone;
    private int count;
    private int right;
    private long startNanos;
    private volatile SpeculationLoad load = new SpeculationLoad(0, 0);

    Speculation(boolean enabled) {
        this.enabled = enabled;
    }

    /** May be called by any thread. */
    SpeculationLoad load() {
        return load;
    }

    /** Resets: the next step has no drafts. */
    void clear() {
        alone = null;
        count = 0;
        right = 0;
    }

    /** Adds drafts to the batch, which contains only the sequence's next row. */
    void draft(Sequence sequence, Batch batch) {
        if (!enabled || sequence.sampling().allowed().isPresent()) {
            return;
        }
        alone = sequence;
        PromptLookup lookup = sequence.lookup();
        lookup.follow(sequence.tokens(), sequence.known());
        int most = Math.min(sequence.roomForDrafts(), Batch.MAX_DRAFTS);
        int wanted = lookup.guesses() ? costs.best(lookup.trust(), most) : 0;
        if (wanted > 0 && sequence.table().grow(sequence.known() + wanted)) {
            count = wanted;
            lookup.guess(sequence.tokens(), sequence.known(), drafts, count);
            for (int i = 0; i < count; i++) {
                batch.addDraft(sequence.table(), drafts[i], sequence.known() + i);
                batch.wantLogits(batch.rows() - 1);
            }
        }
    }

    void begin() {
        startNanos = System.nanoTime();
    }

    /** Called when the step is computed. */
    void end() {
        if (alone != null) {
            costs.took(count, System.nanoTime() - startNanos);
        }
        if (count > 0) {
            load = new SpeculationLoad(load.drafted() + count, load.accepted());
        }
    }

    /** Accepts the next draft if it is the last chosen token and the lease allows another; returns the number of accepted drafts, 0 if this one isn't. */
    int accept() {
        Sequence sequence = alone;
        if (sequence == null
                || right == count
                || sequence.ended()
                || sequence.tokens()[sequence.known() - 1] != drafts[right]
                || sequence.askLease() != Lease.Answer.GO) {
            return 0;
        }
        right++;
        sequence.accept();
        load = new SpeculationLoad(load.drafted(), load.accepted() + 1);
        return right;
    }
}

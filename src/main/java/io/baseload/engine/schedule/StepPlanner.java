package io.baseload.engine.schedule;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.Lease;
import io.baseload.engine.model.Batch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows the next step computes: one for each sequence that decodes, and chunks of prompts under a budget, those of the least served flow first. A sequence
 * takes its pages as it grows; where none is left, the youngest gives its own back and is computed again later, so the oldest always comes to its end.
 */
final class StepPlanner {
    /** Rows of a sequence that is computed again, in one step, beside its own next one. */
    static final int REPLAY = 8;

    /** Rows of prompts that one step computes logits for. */
    static final int PROMPT_LOGITS = 32;

    /** While others decode, prompts get this part of their budget, so that the next token isn't long in coming. */
    private static final int SHARE_BESIDE_DECODE = 4;

    private final int prefillChunk;
    private final int recomputedBeyond;
    private boolean waiting;

    /** @param recomputedBeyond tokens beyond which a sequence that grows is computed again */
    StepPlanner(int prefillChunk, int recomputedBeyond) {
        this.prefillChunk = prefillChunk;
        this.recomputedBeyond = recomputedBeyond;
    }

    /** Whether the last plan left a sequence out because its lease said so. */
    boolean waiting() {
        return waiting;
    }

    /**
     * Fills the batch.
     *
     * @param active oldest first; those that lost their pages are moved to {@code preempted}
     */
    void plan(List<Sequence> active, List<Sequence> preempted, Batch batch) {
        batch.clear();
        waiting = false;
        for (Sequence sequence : active) {
            sequence.stepRows = 0;
            sequence.stepLogitRows = 0;
            sequence.recomputeBeyond(recomputedBeyond);
        }
        for (int i = 0; i < active.size(); i++) {
            Sequence sequence = active.get(i);
            if (!sequence.prefilling() && mayGo(sequence) && takePages(sequence, active, preempted)) {
                sequence.stepRows = Math.min(REPLAY, sequence.known() - sequence.computed());
            }
        }
        prefill(active, anyRows(active) ? Math.max(1, prefillChunk / SHARE_BESIDE_DECODE) : prefillChunk, batch);
        for (int i = 0; i < active.size(); i++) {
            if (active.get(i).stepRows > 0 && !active.get(i).prefilling()) {
                decode(active.get(i), batch);
            }
        }
    }

    /** Whether the sequence may decode a token, as far as this step would do that. */
    private boolean mayGo(Sequence sequence) {
        try {
            Lease.Answer answer = sequence.request().lease().ask(sequence.decoded());
            if (answer == Lease.Answer.END) {
                sequence.finish(FinishReason.LENGTH);
            }
            waiting |= answer == Lease.Answer.WAIT;
            return answer == Lease.Answer.GO;
        } catch (RuntimeException e) {
            sequence.fail(e);
            return false;
        }
    }

    private static boolean takePages(Sequence sequence, List<Sequence> active, List<Sequence> preempted) {
        while (!sequence.table().grow(sequence.known())) {
            Sequence youngest = active.removeLast();
            youngest.forget();
            youngest.stepRows = 0;
            preempted.add(youngest);
            if (youngest == sequence) {
                return false;
            }
        }
        return true;
    }

    private static boolean anyRows(List<Sequence> active) {
        for (int i = 0; i < active.size(); i++) {
            if (active.get(i).stepRows > 0) {
                return true;
            }
        }
        return false;
    }

    private void prefill(List<Sequence> active, int budget, Batch batch) {
        int left = budget;
        int logits = PROMPT_LOGITS;
        for (Sequence next = nextPrefill(active); next != null && left > 0; next = nextPrefill(active)) {
            boolean scored = next.request().promptLogprobs();
            int rows = Math.min(prefillEnd(next) - next.computed(), scored ? Math.min(left, logits) : left);
            next.stepRows = rows == 0 ? -1 : rows;
            if (rows > 0) {
                addPrefill(next, scored, batch);
                left -= rows;
                logits -= scored ? rows : 0;
            }
        }
        for (Sequence sequence : active) {
            sequence.stepRows = Math.max(0, sequence.stepRows);
        }
    }

    /** Of the sequences whose prompt isn't computed, one of the least served flow; of these the oldest. */
    private static @Nullable Sequence nextPrefill(List<Sequence> active) {
        Sequence next = null;
        for (int i = 0; i < active.size(); i++) {
            Sequence sequence = active.get(i);
            boolean candidate = sequence.prefilling() && sequence.stepRows == 0 && !sequence.ended();
            if (candidate
                    && (next == null
                            || sequence.flow().served.get() < next.flow().served.get())) {
                next = sequence;
            }
        }
        return next;
    }

    /** Without leave to decode a token, the prompt's last row has to wait: a token is chosen as soon as its logits are there. */
    private int prefillEnd(Sequence sequence) {
        int length = sequence.promptLength();
        boolean last = sequence.known() == length && sequence.wantsToken();
        return last && !mayGo(sequence) ? length - 1 : length;
    }

    private static void addPrefill(Sequence sequence, boolean scored, Batch batch) {
        int first = batch.rows();
        int end = sequence.computed() + sequence.stepRows;
        batch.addPrefill(sequence.table(), sequence.tokens(), sequence.computed(), end, sequence.known());
        if (scored) {
            wantLogits(sequence, batch, first);
        } else if (end == sequence.known() && sequence.wantsToken()) {
            wantLogits(sequence, batch, batch.rows() - 1);
        }
    }

    private static void decode(Sequence sequence, Batch batch) {
        int end = sequence.computed() + sequence.stepRows;
        for (int position = sequence.computed(); position < end; position++) {
            batch.addDecode(sequence.table(), sequence.tokens()[position], position, sequence.known());
        }
        if (end == sequence.known()) {
            wantLogits(sequence, batch, batch.rows() - 1);
        }
    }

    private static void wantLogits(Sequence sequence, Batch batch, int first) {
        sequence.stepLogits = batch.wantLogits(first);
        for (int row = first + 1; row < batch.rows(); row++) {
            batch.wantLogits(row);
        }
        sequence.stepLogitRows = batch.rows() - first;
    }
}

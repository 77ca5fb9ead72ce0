package io.baseload.engine.schedule;

import io.baseload.engine.api.Lease;
import io.baseload.engine.model.Batch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the rows of the next step: one for each decoding sequence, and chunks of prompts within a budget. A sequence takes pages as it grows; if none is left, the
 * youngest returns its own and is computed again later, so the oldest always completes.
 *
 * <p><b>Who goes first.</b> Each flow has a virtual time: the rows that it got, divided by its weight. The flow that is furthest behind is next, both in prompts and,
 * if more sequences have pages than a step takes, in decode. So flows that want more than there is get rows in proportion to their weights, however many requests
 * each has. If all fit into the step, weights are speeds: relative to a request of the heaviest flow, each request gets rows in proportion to its flow's weight,
 * unless a step would stay empty. With equal weights nobody is delayed. Batch flows come last in both cases, and don't slow down interactive ones.
 */
final class StepPlanner {
    /** Rows of a sequence that is computed again, in one step, in addition to its own next row. */
    static final int MAX_REPLAYED = 8;

    /** Rows of prompts for which one step computes logits. */
    static final int MAX_PROMPT_LOGITS = 32;

    /** While others decode, prompts get this part of their budget, so that the next tokens don't take long. */
    private static final int SHARE_BESIDE_DECODE = 4;

    private final BatcherLimits limits;
    private final Speculation speculation;
    private boolean waiting;
    private boolean paused;
    private long step;
    private int heaviest;
    private int heaviestInteractive;

    StepPlanner(BatcherLimits limits, Speculation speculation) {
        this.limits = limits;
        this.speculation = speculation;
    }

    /** Whether the last plan skipped a sequence because its lease required it. */
    boolean waiting() {
        return waiting;
    }

    /**
     * Fills the batch.
     *
     * @param active oldest first; those that lost their pages are moved to {@code preempted}
     */
    void plan(List<Sequence> active, List<Sequence> preempted, Batch batch) {
        waiting = false;
        for (int i = 0; i < active.size(); i++) {
            active.get(i).stepRows = 0;
        }
        recompute(active, preempted);
        weigh(active);
        fill(active, preempted, batch);
        if (batch.rows() == 0 && paused) {
            heaviest = 1;
            heaviestInteractive = 1;
            fill(active, preempted, batch);
        }
    }

    /** Sequences longer than the length for which their keys were computed start again, the oldest first. Each may preempt others, so the next one is searched for anew. */
    private static void recompute(List<Sequence> active, List<Sequence> preempted) {
        for (Sequence next = outgrown(active); next != null; next = outgrown(active)) {
            next.beginAgain();
            takePages(next, active, preempted);
        }
    }

    private static @Nullable Sequence outgrown(List<Sequence> active) {
        for (int i = 0; i < active.size(); i++) {
            if (active.get(i).outgrown()) {
                return active.get(i);
            }
        }
        return null;
    }

    private void weigh(List<Sequence> active) {
        heaviest = 1;
        heaviestInteractive = 1;
        for (int i = 0; i < active.size(); i++) {
            Sequence sequence = active.get(i);
            if (sequence.held() == null && !sequence.ended()) {
                int weight = sequence.flow().weight();
                heaviest = Math.max(heaviest, weight);
                heaviestInteractive =
                        sequence.flow().batch() ? heaviestInteractive : Math.max(heaviestInteractive, weight);
            }
        }
    }

    /** The fraction of the heaviest flow's steps in which a flow's sequences take part. */
    private double pace(Flow flow) {
        return Math.min(1, (double) flow.weight() / (flow.batch() ? heaviest : heaviestInteractive));
    }

    private void fill(List<Sequence> active, List<Sequence> preempted, Batch batch) {
        batch.clear();
        speculation.clear();
        paused = false;
        step++;
        for (int i = 0; i < active.size(); i++) {
            active.get(i).stepRows = 0;
            active.get(i).stepLogitRows = 0;
            active.get(i).considered = false;
        }
        int decoding = chooseDecoding(active, preempted);
        prefill(active, decoding, batch);
        for (int i = 0; i < active.size(); i++) {
            if (active.get(i).stepRows > 0 && !active.get(i).prefilling()) {
                decode(active.get(i), batch);
            }
        }
        if (batch.rows() == 1 && active.size() == 1 && decoding == 1) {
            speculation.draft(active.getFirst(), batch);
        }
    }

    /** Gives rows to as many decoding sequences as a step takes; returns their number. */
    private int chooseDecoding(List<Sequence> active, List<Sequence> preempted) {
        int places = limits.maxSequences();
        for (Sequence next = nextDecoding(active); next != null && places > 0; next = nextDecoding(active)) {
            next.considered = true;
            if (onPace(next.flow()) && mayGo(next) && takePages(next, active, preempted)) {
                take(next, Math.min(MAX_REPLAYED, next.known() - next.computed()));
                places--;
            }
        }
        return countRows(active);
    }

    private static void take(Sequence sequence, int rows) {
        sequence.stepRows = rows;
        sequence.flow().served(rows);
    }

    private boolean onPace(Flow flow) {
        flow.earn(step, pace(flow));
        boolean may = flow.spend();
        paused |= !may;
        return may;
    }

    /** Of the decoding sequences, one of the flow that is furthest behind; among these, the one that took part in the fewest steps. */
    private static @Nullable Sequence nextDecoding(List<Sequence> active) {
        Sequence next = null;
        for (int i = 0; i < active.size(); i++) {
            Sequence sequence = active.get(i);
            boolean candidate = !sequence.considered
                    && !sequence.prefilling()
                    && sequence.computed() < sequence.known()
                    && !sequence.ended();
            if (candidate && (next == null || before(sequence, next))) {
                next = sequence;
            }
        }
        return next;
    }

    private static boolean before(Sequence a, Sequence b) {
        return a.flow() == b.flow() ? a.steps < b.steps : a.flow().before(b.flow());
    }

    /** Whether the sequence may decode a token, as far as this step would do that. */
    private boolean mayGo(Sequence sequence) {
        Lease.Answer answer = sequence.askLease();
        waiting |= answer == Lease.Answer.WAIT;
        return answer == Lease.Answer.GO;
    }

    /** Preempts the youngest as long as pages are missing, those of batch flows first. */
    private static boolean takePages(Sequence sequence, List<Sequence> active, List<Sequence> preempted) {
        while (!sequence.table().grow(sequence.known())) {
            Sequence youngest = active.remove(youngest(active));
            youngest.forget();
            youngest.flow().served(-youngest.stepRows);
            youngest.stepRows = 0;
            preempted.add(youngest);
            if (youngest == sequence) {
                return false;
            }
        }
        return true;
    }

    private static int youngest(List<Sequence> active) {
        for (int i = active.size() - 1; i >= 0; i--) {
            if (active.get(i).flow().batch()) {
                return i;
            }
        }
        return active.size() - 1;
    }

    private static int countRows(List<Sequence> active) {
        int count = 0;
        for (int i = 0; i < active.size(); i++) {
            count += active.get(i).stepRows > 0 ? 1 : 0;
        }
        return count;
    }

    private void prefill(List<Sequence> active, int decoding, Batch batch) {
        int budget = decoding > 0 ? Math.max(1, limits.prefillChunk() / SHARE_BESIDE_DECODE) : limits.prefillChunk();
        for (int i = 0; i < active.size(); i++) {
            if (active.get(i).prefilling()) {
                active.get(i).share();
            }
        }
        int left = budget;
        int scores = MAX_PROMPT_LOGITS;
        int logits = limits.logits() - decoding;
        for (Sequence next = nextPrefill(active);
                next != null && left > 0 && logits > 0 && batch.chunksLeft() > 0;
                next = nextPrefill(active)) {
            next.considered = true;
            boolean scored = next.request().promptLogprobs();
            int most = Math.min(left, (int) Math.ceil(budget * pace(next.flow())));
            int rows = Math.min(
                    prefillEnd(next) - next.computed(), scored ? Math.min(most, Math.min(scores, logits)) : most);
            if (rows > 0) {
                take(next, rows);
                addPrefill(next, scored, batch);
                left -= rows;
                scores -= scored ? rows : 0;
                logits -= scored ? rows : 1;
            }
        }
    }

    /** Of the sequences whose prompt isn't computed, one of the flow that is furthest behind; among these, the oldest. */
    private static @Nullable Sequence nextPrefill(List<Sequence> active) {
        Sequence next = null;
        for (int i = 0; i < active.size(); i++) {
            Sequence sequence = active.get(i);
            boolean candidate = sequence.prefilling() && !sequence.considered && !sequence.ended();
            if (candidate && (next == null || sequence.flow().before(next.flow()))) {
                next = sequence;
            }
        }
        return next;
    }

    /** Without permission to decode a token, the prompt's last row must wait, because a token is chosen as soon as its logits exist. */
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

package io.baseload.engine.schedule;

import io.baseload.engine.api.FinishReason;
import io.baseload.engine.api.LogitsSink;
import io.baseload.engine.api.SampledToken;
import io.baseload.engine.model.CausalModel;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.sample.AllowedTokens;
import io.baseload.engine.tensor.Rows;
import java.util.List;
import java.util.Optional;

/** The work after a step: passes the tokens that {@link TokenChoice} has chosen to the sinks, in order, and marks complete sequences. */
final class Delivery {
    private final CausalModel model;
    private final Speculation speculation;
    private final TokenChoice choice;

    /** @param most the most active sequences */
    Delivery(CausalModel model, Speculation speculation, int most) {
        this.model = model;
        this.speculation = speculation;
        this.choice = new TokenChoice(model.config().vocabulary(), most);
    }

    /** A failure of a sink or of a choice fails only its sequence. */
    void deliver(List<Sequence> active, Team team) {
        for (int i = 0; i < active.size(); i++) {
            Sequence sequence = active.get(i);
            if (sequence.stepRows > 0) {
                try {
                    synchronized (sequence) {
                        take(sequence);
                    }
                } catch (Throwable failed) {
                    sequence.fail(failed);
                }
            }
        }
        deliverChoices(team);
        deliverDrafts(active, team);
    }

    /** Continues after the token chosen for a single sequence, as long as drafts are right. */
    private void deliverDrafts(List<Sequence> active, Team team) {
        int accepted = 0;
        for (int right = speculation.accept(); right > 0; right = speculation.accept()) {
            accepted = right;
            choose(active.getFirst(), model.logits(), active.getFirst().stepLogits + right);
            deliverChoices(team);
        }
        if (accepted > 0) {
            model.accept(accepted);
        }
    }

    private void deliverChoices(Team team) {
        choice.run(team);
        List<Sequence> sequences = choice.sequences();
        for (int i = 0; i < sequences.size(); i++) {
            Sequence sequence = sequences.get(i);
            try {
                synchronized (sequence) {
                    if (!sequence.ended()) {
                        deliver(sequence, choice.token(i));
                    }
                }
            } catch (Throwable failed) {
                sequence.fail(failed);
            }
        }
        choice.clear();
    }

    /** Records a sequence's progress in the step, and whether its next token can be chosen. */
    private void take(Sequence sequence) {
        int first = sequence.computed();
        sequence.advance();
        if (sequence.ended()) {
            return;
        }
        if (sequence.request().promptLogprobs() && first < sequence.promptLength()) {
            scorePrompt(sequence, first);
        }
        if (sequence.computed() < sequence.known()) {
            return;
        }
        if (sequence.wantsToken()) {
            decode(sequence);
        } else {
            sequence.finish(FinishReason.LENGTH);
        }
    }

    /** Scores tokens of the prompt: a row's logits give the probability of the next token. */
    private void scorePrompt(Sequence sequence, int first) {
        int end = Math.min(sequence.computed(), sequence.promptLength() - 1);
        for (int position = Math.max(first, sequence.promptScored); position < end; position++) {
            scorePrompt(sequence, position, sequence.stepLogits + position - first);
            sequence.promptScored = position + 1;
        }
        if (!sequence.prefilling() && sequence.decoded() == 0 && !(sequence.sink() instanceof LogitsSink)) {
            sequence.sink().prompt(List.copyOf(sequence.promptScores()));
        }
    }

    private void scorePrompt(Sequence sequence, int position, int row) {
        Rows logits = model.logits();
        if (sequence.sink() instanceof LogitsSink sink) {
            sink.logits(position, logits.data(), logits.at(row));
        } else {
            int top = Math.max(0, sequence.request().topLogprobs());
            sequence.promptScores().add(choice.score(logits, row, sequence.tokens()[position + 1], top));
        }
    }

    private void decode(Sequence sequence) {
        int row = sequence.stepLogits + sequence.stepLogitRows - 1;
        if (sequence.mayChoose()) {
            choose(sequence, model.logits(), row);
        } else {
            sequence.hold(model.logits(), row);
        }
    }

    /** Continues with sequences whose logits had to wait for a mask that is now ready; returns whether there was one. */
    boolean deliverHeld(List<Sequence> active, Team team) {
        boolean any = false;
        for (int i = 0; i < active.size(); i++) {
            Sequence sequence = active.get(i);
            Rows held = sequence.held();
            if (held != null && sequence.mayChoose() && !sequence.ended()) {
                any = true;
                choose(sequence, held, 0);
            }
        }
        deliverChoices(team);
        return any;
    }

    /** Whether logits wait for their mask. */
    boolean holding(List<Sequence> active) {
        for (int i = 0; i < active.size(); i++) {
            if (active.get(i).held() != null) {
                return true;
            }
        }
        return false;
    }

    private void choose(Sequence sequence, Rows logits, int row) {
        Optional<AllowedTokens> allowed = sequence.sampling().allowed();
        Optional<Throwable> unmasked = allowed.flatMap(AllowedTokens::failure);
        if (unmasked.isPresent()) {
            sequence.fail(unmasked.get());
        } else if (allowed.isPresent() && !allowed.get().any()) {
            sequence.finish(FinishReason.STOP);
        } else {
            choice.add(sequence, logits, row);
        }
    }

    private static void deliver(Sequence sequence, SampledToken token) {
        sequence.append(token.id());
        boolean more = sequence.sink().token(token);
        if (!more || sequence.request().stopTokens().contains(token.id())) {
            sequence.finish(FinishReason.STOP);
        } else if (!sequence.wantsToken()) {
            sequence.finish(FinishReason.LENGTH);
        } else {
            sequence.sampling().allowed().ifPresent(allowed -> allowed.advance(token.id()));
        }
    }
}

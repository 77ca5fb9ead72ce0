package io.baseload.engine.schedule;

import io.baseload.engine.api.SampledToken;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.sample.Sampler;
import io.baseload.engine.tensor.Rows;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next tokens of the sequences that have logits, each on one worker of the team: a choice takes up to half a millisecond, which would add up for many sequences. A choice depends
 * only on its own sequence, so the number of workers doesn't change it. Used by the engine's thread.
 */
final class TokenChoice implements Step {
    private final int vocabulary;
    private final List<Sequence> sequences = new ArrayList<>();
    private final List<Rows> logits = new ArrayList<>();
    private final int[] rows;
    private final SampledToken[] tokens;

    /** By worker; created on first use. */
    private @Nullable Sampler[] samplers = new Sampler[1];

    /** @param most the most sequences at once */
    TokenChoice(int vocabulary, int most) {
        this.vocabulary = vocabulary;
        rows = new int[most];
        tokens = new SampledToken[most];
    }

    void clear() {
        sequences.clear();
        logits.clear();
    }

    /** Adds a sequence whose next token is chosen; its mask, if it has one, must be ready and allow a token. */
    void add(Sequence sequence, Rows logits, int row) {
        rows[sequences.size()] = row;
        sequences.add(sequence);
        this.logits.add(logits);
    }

    List<Sequence> sequences() {
        return sequences;
    }

    /** The token chosen for the i-th sequence, unless the choice failed. */
    SampledToken token(int i) {
        return tokens[i];
    }

    /** Chooses all tokens. A failed choice fails only its sequence. */
    void run(Team team) {
        if (samplers.length < team.workers()) {
            samplers = new Sampler[team.workers()];
        }
        if (sequences.size() > 1) {
            team.run(this);
        } else if (!sequences.isEmpty()) {
            choose(0, 0);
        }
    }

    @Override
    public void run(int worker, int workers, Barrier barrier) {
        for (int i = worker; i < sequences.size(); i += workers) {
            choose(worker, i);
        }
    }

    private void choose(int worker, int i) {
        Sequence sequence = sequences.get(i);
        try {
            int top = sequence.request().topLogprobs();
            tokens[i] = sampler(worker).next(sequence.sampling(), logits.get(i), rows[i], sequence.decoded(), top);
        } catch (Throwable failed) {
            sequence.fail(failed);
        }
    }

    /** The log-probability of a token of a prompt. */
    SampledToken score(Rows logits, int row, int token, int top) {
        return sampler(0).score(logits, row, token, top);
    }

    private Sampler sampler(int worker) {
        Sampler sampler = samplers[worker];
        if (sampler == null) {
            sampler = new Sampler(vocabulary);
            samplers[worker] = sampler;
        }
        return sampler;
    }

    @Override
    public long shape() {
        return sequences.size();
    }
}

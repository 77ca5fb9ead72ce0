package io.baseload.engine.model;

import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.EncoderOutput;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.kernel.Scratch;
import io.baseload.engine.model.EncoderWeights.RelevanceHead;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * An encoder over a ragged batch of whole texts, each a chunk of prefill rows: a text's tokens are consecutive rows, followed by those of the next text, without padding.
 *
 * <pre>
 * x = norm(embedding[token] + positions[position] + segments[segment])
 * x = norm(x + attention(x))        for each layer; or norms are placed as in generating models
 * x = norm(x + feedForward(x))
 * vector = the mean of a text's rows, or its first or last one, in some models scaled to length 1
 * </pre>
 *
 * The layers are those of a {@link Decoder}; a row sees its whole text, or the part before it. Keys and values are needed only while their layer is computed, so all layers use the same
 * pages, and nothing is kept from step to step. A text's bits don't depend on other texts in its step.
 *
 * <p>An encoder is not cut into shards: if a team has several, the workers of the first one compute.
 */
public final class TextEncoder implements Step {
    /** The smallest divisor of a vector, so that zeros stay zeros. */
    private static final double MIN_LENGTH = 1e-12;

    private final DecoderWeights weights;
    private final ModelConfig config;
    private final EncoderConfig encoder;
    private final EncoderWeights parts;
    private final StepLimits limits;
    private final TeamLayout team;
    private final RopeTables ropes;
    private final Workspace workspace;
    private final Residual[] blocks;
    private final Rows x;
    private final Rows normed;
    private final Rows vectors;
    private final Rows inner;
    private final Rows scores;
    private final Worker[] workers;
    private final Profile profile;
    private Batch batch;

    /**
     * @param limits sizes of a step; chunks are texts
     * @param shards number of shards of the teams that will run it
     */
    public TextEncoder(ModelShard shard, StepLimits limits, int shards, Kernels kernels) {
        this.limits = limits;
        weights = shard.weights();
        config = weights.config();
        encoder = config.encoder().orElseThrow();
        parts = weights.encoder().orElseThrow();
        team = TeamLayout.unbound(limits.workers(), shards);
        int hidden = config.hidden();
        x = Rows.allocate(limits.rows(), hidden);
        normed = Rows.allocate(limits.rows(), hidden);
        vectors = Rows.allocate(limits.chunks(), hidden);
        inner = Rows.allocate(limits.chunks(), hidden);
        scores = Rows.allocate(limits.chunks(), 1);
        ropes = new RopeTables(new RopeFrequencies(weights.ropeFactors()), limits);
        workspace = new Workspace(
                limits,
                ropes,
                shard.kv(),
                shard.memory(),
                AllReduces.of(1, limits.rows()).getFirst());
        blocks = Residual.of(weights, workspace);
        profile = new Profile(limits.workers());
        batch = batch();
        workers = workers(shard, kernels);
    }

    private Worker[] workers(ModelShard shard, Kernels kernels) {
        PromptRows quantized = shard.promptRows(limits.rows(), kernels);
        Worker[] made = new Worker[team.workers(0, limits.workers())];
        for (int i = 0; i < made.length; i++) {
            made[i] = new Worker(
                    0,
                    kernels,
                    Scratch.allocate(
                            shard.memory(),
                            weights.widest(),
                            shard.kv().layout().keyDim(),
                            shard.kv().layout().valueDim()),
                    quantized.share(),
                    profile.worker(i),
                    config.hidden(),
                    LinearShare.CHUNK_BYTES,
                    batch);
        }
        Worker.introduce(made);
        return made;
    }

    /** An empty batch of the size of the activations. */
    public Batch batch() {
        return new Batch(limits.rows(), limits.chunks(), 0);
    }

    /** Computes a step of whole texts on the team's workers. */
    public void forward(Team team, Batch batch) {
        this.batch = batch;
        profile.begin();
        team.run(this);
        profile.end();
    }

    /** The rows of its steps in the Java heap. */
    public List<Rows> activations() {
        return Stream.concat(Stream.of(x, normed), workspace.rows()).toList();
    }

    /** The outputs of the last step: a row for each text, with a single number if that is its relevance. */
    public Rows outputs() {
        return parts.relevance().isPresent() ? scores : vectors;
    }

    /** The time spent in its steps. */
    public Profile profile() {
        return profile;
    }

    @Override
    public void run(int index, int count, Barrier barrier) {
        if (team.shard(index) != 0) {
            return;
        }
        Worker worker = workers[team.place(index)];
        worker.start(batch, team.place(index), team.workers(0, count), barrier);
        embed(worker);
        for (Residual block : blocks) {
            block.run(worker, x, normed);
        }
        pool(worker);
        worker.help();
    }

    /** Steps are short, with few rows and with many. */
    @Override
    public boolean divisible() {
        return true;
    }

    @Override
    public long shape() {
        return System.identityHashCode(this) * 31L + batch.rows();
    }

    private void embed(Worker worker) {
        int from = worker.from(batch.rows());
        int to = worker.to(batch.rows());
        for (int row = from; row < to; row++) {
            worker.kernels.embed(weights.embedding(), batch.token(row), x, row);
            if (parts.positions().isPresent()) {
                int position = encoder.firstPosition() + batch.position(row);
                worker.kernels.embed(parts.positions().get(), position, normed, row);
                worker.kernels.add(normed, x, row, row + 1, 0, config.hidden());
            }
            if (parts.segments().isPresent()) {
                // models of one segment use it for both texts
                int segment =
                        Math.min(batch.segment(row), parts.segments().get().rows() - 1);
                worker.kernels.embed(parts.segments().get(), segment, normed, row);
                worker.kernels.add(normed, x, row, row + 1, 0, config.hidden());
            }
        }
        if (config.factors().embedding() != 1) {
            worker.kernels.scale(x, config.factors().embedding(), from, to, 0, config.hidden());
        }
        if (!parts.norm().isNone()) {
            parts.norm().apply(worker, x, x, from, to);
        }
        ropes.turn(batch, from, to);
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
    }

    /** Each worker computes the vectors of some texts; then all together compute the relevance, if the model has that output. */
    private void pool(Worker worker) {
        int to = worker.to(batch.chunks());
        for (int text = worker.from(batch.chunks()); text < to; text++) {
            switch (encoder.output()) {
                case EncoderOutput.Embedding embedding -> embedding(worker, embedding, text);
                case EncoderOutput.Relevance relevance -> copy(worker, batch.chunkStart(text), text);
            }
        }
        worker.did(Operator.NORMS_AND_ROTARY);
        if (parts.relevance().isPresent()) {
            relevance(worker, parts.relevance().get());
        }
    }

    private void embedding(Worker worker, EncoderOutput.Embedding embedding, int text) {
        int first = batch.chunkStart(text);
        int end = batch.chunkStart(text + 1);
        switch (embedding.pooling()) {
            case FIRST -> copy(worker, first, text);
            case LAST -> copy(worker, end - 1, text);
            case MEAN -> mean(worker, first, end, text);
        }
        if (embedding.normalized()) {
            normalize(text);
        }
    }

    private void copy(Worker worker, int row, int text) {
        if (!weights.norm().isNone()) {
            weights.norm().apply(worker, x, x, row, row + 1);
        }
        System.arraycopy(x.data(), x.at(row), vectors.data(), vectors.at(text), config.hidden());
    }

    private void mean(Worker worker, int first, int end, int text) {
        if (!weights.norm().isNone()) {
            weights.norm().apply(worker, x, x, first, end);
        }
        int at = vectors.at(text);
        float[] sum = vectors.data();
        Arrays.fill(sum, at, at + config.hidden(), 0f);
        for (int row = first; row < end; row++) {
            int from = x.at(row);
            for (int i = 0; i < config.hidden(); i++) {
                sum[at + i] += x.data()[from + i];
            }
        }
        scale(text, 1.0 / (end - first));
    }

    private void normalize(int text) {
        int at = vectors.at(text);
        double squares = 0;
        for (int i = 0; i < config.hidden(); i++) {
            squares += (double) vectors.data()[at + i] * vectors.data()[at + i];
        }
        scale(text, 1 / Math.max(MIN_LENGTH, Math.sqrt(squares)));
    }

    private void scale(int text, double factor) {
        int at = vectors.at(text);
        for (int i = 0; i < config.hidden(); i++) {
            vectors.data()[at + i] = (float) (vectors.data()[at + i] * factor);
        }
    }

    private void relevance(Worker worker, RelevanceHead head) {
        int texts = batch.chunks();
        worker.await();
        head.dense().multiply(worker, vectors, inner, 0, 0, texts);
        int end = worker.endColumn(inner.width());
        for (int text = 0; text < texts; text++) {
            for (int i = worker.firstColumn(inner.width()); i < end; i++) {
                inner.data()[inner.at(text) + i] = (float) Math.tanh(inner.data()[inner.at(text) + i]);
            }
        }
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        head.score().multiply(worker, inner, scores, 0, 0, texts);
        if (worker.firstColumn(1) < worker.endColumn(1)) {
            for (int text = 0; text < texts; text++) {
                scores.data()[scores.at(text)] = (float) (1 / (1 + Math.exp(-scores.data()[scores.at(text)])));
            }
        }
        worker.did(Operator.NORMS_AND_ROTARY);
    }
}

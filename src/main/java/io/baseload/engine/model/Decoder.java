package io.baseload.engine.model;

import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.kernel.PromptRows;
import io.baseload.engine.parallel.Barrier;
import io.baseload.engine.parallel.PlatformThread;
import io.baseload.engine.parallel.Step;
import io.baseload.engine.parallel.Team;
import io.baseload.engine.parallel.TeamLayout;
import io.baseload.engine.profile.Profile;
import io.baseload.engine.profile.WorkerClock;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * A decoder-only transformer over a ragged batch:
 *
 * <pre>
 * x = embedding[token]
 * x = x + attention(rms(x))         for each layer; norms are before or after a block, or both,
 * x = x + feedForward(rms(x))       and the added term may be scaled
 * logits = Whead·rms(x)
 * </pre>
 *
 * All workers run {@link #run} together, each on its share of rows, heads or outputs of its shard.
 */
final class Decoder implements CausalModel, Step {
    /** With this many rows an operator takes about a hundred times as long as a chunk of a {@link LinearShare}. */
    private static final int MIN_CHUNKED_ROWS = 64;

    private final ModelConfig config;
    private final StepLimits limits;
    private final TeamLayout team;
    private final DecoderShard[] shards;
    private final Worker[] workers;
    private final Profile profile;
    private final Rows logits;
    private Batch batch;
    private StepObserver observer = StepObserver.NONE;

    /**
     * @param config the whole model's configuration
     * @param near for each shard the executors near its workers, in their order
     */
    Decoder(ModelConfig config, List<ModelShard> parts, StepLimits limits, Kernels kernels, List<List<Executor>> near) {
        this.config = config;
        this.limits = limits;
        team = TeamLayout.unbound(limits.workers(), parts.size());
        batch = batch();
        logits = Rows.allocate(limits.logits(), config.vocabulary());
        shards = shards(parts, near);
        profile = new Profile(limits.workers());
        workers = workers(kernels, near);
    }

    private DecoderShard[] shards(List<ModelShard> parts, List<List<Executor>> near) {
        var embedding = new EmbeddingTable(
                parts.stream().map(part -> part.weights().embedding()).toArray(PackedMatrix[]::new));
        List<AllReduces> branches = AllReduces.of(parts.size(), limits.rows());
        DecoderShard[] made = new DecoderShard[parts.size()];
        int token = 0;
        for (int i = 0; i < made.length; i++) {
            ModelShard part = parts.get(i);
            int tokens = part.weights().head().rows();
            StepLimits own = limits.withWorkers(team.workers(i, limits.workers()));
            AllReduces sums = branches.get(i);
            Rows columns = logits.columns(token, tokens);
            made[i] = PlatformThread.call(
                    near.get(i).getFirst(), () -> new DecoderShard(part, own, embedding, sums, columns));
            token += tokens;
        }
        return made;
    }

    private Worker[] workers(Kernels kernels, List<List<Executor>> near) {
        PromptRows[] quantized = new PromptRows[shards.length];
        for (int i = 0; i < shards.length; i++) {
            quantized[i] = shards[i].promptRows(kernels);
        }
        Worker[] made = new Worker[limits.workers()];
        for (int i = 0; i < made.length; i++) {
            int shard = team.shard(i);
            PromptRows own = quantized[shard].share();
            WorkerClock clock = profile.worker(i);
            made[i] = PlatformThread.call(
                    near.get(shard).get(team.place(i)),
                    () -> new Worker(
                            shard,
                            kernels,
                            shards[shard].scratch(),
                            own,
                            clock,
                            config.hidden(),
                            LinearShare.CHUNK_BYTES,
                            batch));
        }
        Worker.introduce(made);
        return made;
    }

    @Override
    public ModelConfig config() {
        return config;
    }

    @Override
    public Batch batch() {
        return new Batch(limits.rows(), limits.chunks(), limits.logits());
    }

    @Override
    public void forward(Team team, Batch batch, StepObserver observer) {
        this.batch = batch;
        this.observer = observer;
        profile.begin();
        team.run(this);
        profile.end();
    }

    @Override
    public void accept(int drafts) {
        for (DecoderShard shard : shards) {
            shard.accept(batch, drafts);
        }
    }

    @Override
    public Profile profile() {
        return profile;
    }

    @Override
    public List<Rows> activations(int shard) {
        return shards[shard].activations();
    }

    @Override
    public Rows logits() {
        return logits;
    }

    @Override
    public void run(int index, int count, Barrier barrier) {
        Worker worker = workers[index];
        int shard = team.shard(index);
        worker.start(batch, team.place(index), team.workers(shard, count), barrier);
        shards[shard].run(worker, index == 0 ? observer : StepObserver.NONE);
    }

    @Override
    public int shards() {
        return shards.length;
    }

    @Override
    public boolean divisible() {
        return batch.rows() >= MIN_CHUNKED_ROWS;
    }

    /** Made of this model and the numbers of rows and logits; a step's time changes only slowly with the length of sequences. */
    @Override
    public long shape() {
        return (System.identityHashCode(this) * 31L + batch.rows()) * 31L + batch.logits();
    }
}

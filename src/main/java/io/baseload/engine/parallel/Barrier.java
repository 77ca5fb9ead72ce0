package io.baseload.engine.parallel;

/** Where the workers of a step wait for the last: one worker's side of it. Everything that a worker wrote before is seen by all behind it. */
public final class Barrier {
    private final Meeting all;
    private final Meeting shard;
    private final Stamps stamps;
    private final int worker;
    private long stamp;
    private long parkedNanos;
    private long meetings;

    /** @param shard where the worker's shard meets; the same as {@code all} if there is only one */
    Barrier(Meeting all, Meeting shard, Stamps stamps, int worker) {
        this.all = all;
        this.shard = shard;
        this.stamps = stamps;
        this.worker = worker;
    }

    /**
     * Waits until every worker of the step has called this.
     *
     * @throws StepAbortedException if another worker failed in this step and will never come
     */
    public void await() {
        await(all);
    }

    /** The same for the workers of this one's shard alone. */
    public void awaitShard() {
        await(shard);
    }

    /** Tells whoever waits for this worker that what it has written up to here may be read. */
    public void post() {
        stamps.set(worker, ++stamp);
    }

    /**
     * Waits for some workers of a shard: those whose {@link Step#share} of {@code units} has some of {@code from … to}, until each has called {@link #post} as often in this step as this worker.
     * What they wrote before is seen behind this.
     */
    public void awaitPosts(int shard, int from, int to, int units) {
        if (from < to) {
            parkedNanos += stamps.await(worker, stamp, shard, from, to, units);
        }
    }

    /** Before this worker's first call in a step. */
    void begin(long step) {
        stamp = Stamps.first(step);
    }

    private void await(Meeting meeting) {
        meetings++;
        parkedNanos += meeting.await(worker);
    }

    /** How many times this worker has waited here, which is what a planner counts with. By any thread, roughly. */
    public long meetings() {
        return meetings;
    }

    /** How long this worker was parked here since the last call. */
    long takeParkedNanos() {
        long nanos = parkedNanos;
        parkedNanos = 0;
        return nanos;
    }
}

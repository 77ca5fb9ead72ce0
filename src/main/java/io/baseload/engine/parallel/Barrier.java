package io.baseload.engine.parallel;

/** One worker's view of the barriers of a step. Writes of a worker before a barrier are visible to all workers after it. */
public final class Barrier {
    private final Meeting all;
    private final Meeting shard;
    private final Stamps stamps;
    private final int worker;
    private long stamp;
    private long parkedNanos;
    private long meetings;

    /** @param shard the meeting of the worker's shard; the same as {@code all} if there is only one shard */
    Barrier(Meeting all, Meeting shard, Stamps stamps, int worker) {
        this.all = all;
        this.shard = shard;
        this.stamps = stamps;
        this.worker = worker;
    }

    /**
     * Waits until every worker of the step has called this.
     *
     * @throws StepAbortedException if another worker failed in this step, so that it will never call this
     */
    public void await() {
        await(all);
    }

    /** The same for the workers of this one's shard only. */
    public void awaitShard() {
        await(shard);
    }

    /** Tells workers that wait for this one that everything it has written so far may be read. */
    public void post() {
        stamps.set(worker, ++stamp);
    }

    /**
     * Waits until the workers of a shard whose {@link Step#share} of {@code units} overlaps {@code from … to} have called {@link #post} as often in this step as this worker. Their writes
     * before that are visible afterwards.
     */
    public void awaitPosts(int shard, int from, int to, int units) {
        if (from < to) {
            parkedNanos += stamps.await(worker, stamp, shard, from, to, units);
        }
    }

    /** Called before this worker's first call in a step. */
    void begin(long step) {
        stamp = Stamps.first(step);
    }

    private void await(Meeting meeting) {
        meetings++;
        parkedNanos += meeting.await(worker);
    }

    /** How many times this worker has waited here, which the planner uses. May be called by any thread; approximate. */
    public long meetings() {
        return meetings;
    }

    /** The time for which this worker was parked since the last call. */
    long takeParkedNanos() {
        long nanos = parkedNanos;
        parkedNanos = 0;
        return nanos;
    }
}

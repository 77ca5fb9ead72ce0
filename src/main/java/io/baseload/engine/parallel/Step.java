package io.baseload.engine.parallel;

/** A computation that all workers of a team run at the same time, each on its own slice. */
@FunctionalInterface
public interface Step {
    /**
     * @param worker 0 … workers − 1
     * @param barrier the workers' barrier; all must call {@link Barrier#await} equally often
     */
    void run(int worker, int workers, Barrier barrier);

    /** The number of shards in which it is computed, worker w in shard w mod that: a divisor of the number of the team's shards, or 0 for that number itself. */
    default int shards() {
        return 0;
    }

    /** A number that is equal for steps with the same work, so that their times can be compared. */
    default long shape() {
        return 0;
    }

    /** Whether operators are so long that workers can compensate for one that doesn't get its CPU; then more workers are never slower. */
    default boolean divisible() {
        return false;
    }

    /** The start of a worker's share of {@code count} units; its end is the next worker's start. */
    static int share(int worker, int workers, int count) {
        return (int) ((long) count * worker / workers);
    }
}

package io.baseload.engine.parallel;

/** What every worker of a team runs at the same time, each on its own slice. */
@FunctionalInterface
public interface Step {
    /**
     * @param worker 0 … workers − 1
     * @param barrier where workers meet: each must call {@link Barrier#await} equally often
     */
    void run(int worker, int workers, Barrier barrier);

    /** The same for steps that do the same work, so that their times can be compared. */
    default long shape() {
        return 0;
    }

    /** Whether operators are so long that workers make up for one that is denied its CPU: then more workers are never slower. */
    default boolean divisible() {
        return false;
    }

    /** The start of a worker's share of {@code count} units; its end is the next worker's start. */
    static int share(int worker, int workers, int count) {
        return (int) ((long) count * worker / workers);
    }
}

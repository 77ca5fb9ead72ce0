package io.baseload.engine.parallel;

/** Where the workers of a step wait for the last: one worker's side of it. Everything that a worker wrote before is seen by all behind it. */
public final class Barrier {
    private final Meeting meeting;
    private final int worker;
    private long parkedNanos;
    private long meetings;

    Barrier(Meeting meeting, int worker) {
        this.meeting = meeting;
        this.worker = worker;
    }

    /**
     * Waits until every worker of the step has called this.
     *
     * @throws StepAbortedException if another worker failed in this step and will never come
     */
    public void await() {
        meetings++;
        parkedNanos += meeting.await(worker);
    }

    /** How many times this worker has called {@link #await}, which is what a planner counts with. */
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

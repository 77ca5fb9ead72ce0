package io.baseload.service.registry;

/** A job of this process: what the table says of it is older. */
final class LiveJob implements Progress {
    private volatile Job job;
    private volatile boolean cancelled;
    private volatile String remark = "";

    LiveJob(Job job) {
        this.job = job;
    }

    Job job() {
        return job;
    }

    void cancel() {
        cancelled = true;
    }

    @Override
    public void at(double fraction, String message) {
        if (cancelled) {
            throw new JobCancelledException();
        }
        job = job.running(fraction, message);
    }

    @Override
    public void remark(String text) {
        remark = "; " + text;
    }

    Job end(Job.State state, String message) {
        job = job.ended(state, state == Job.State.SUCCEEDED ? message + remark : message);
        return job;
    }
}

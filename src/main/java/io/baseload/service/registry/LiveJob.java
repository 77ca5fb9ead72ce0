package io.baseload.service.registry;

import java.util.concurrent.CompletableFuture;

/** A job of this process: what the table says of it is older. */
final class LiveJob implements Progress {
    private volatile Job job;
    private volatile boolean cancelled;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
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

    /** Completes when the job has ended, with what it failed with. */
    CompletableFuture<Void> end() {
        return end;
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

    void succeed() {
        job = job.ended(Job.State.SUCCEEDED, "done" + remark);
        end.complete(null);
    }

    void fail(Job.State state, Throwable failure) {
        job = job.ended(state, Jobs.inWords(failure));
        end.completeExceptionally(failure);
    }
}

package io.baseload.service.registry;

/** Thrown inside a job that was cancelled. */
final class JobCancelledException extends RuntimeException {
    JobCancelledException() {
        super("cancelled");
    }
}

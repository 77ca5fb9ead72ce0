package io.baseload.service.batch;

/** A process works on a batch that is no longer its own. */
final class LostBatchException extends RuntimeException {
    LostBatchException(RequestBatch batch) {
        super(batch.id() + " was taken by another process");
    }
}

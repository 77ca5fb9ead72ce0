package io.baseload.engine.parallel;

/** A worker of a step hasn't arrived where the others wait for it, for far longer than any operator takes. Its team can't compute any more. */
public final class WorkerLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WorkerLostException(String message) {
        super(message);
    }
}

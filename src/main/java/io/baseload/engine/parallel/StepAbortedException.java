package io.baseload.engine.parallel;

/** Another worker failed in the same step. The caller of the step gets that worker's exception instead. */
public final class StepAbortedException extends RuntimeException {
    StepAbortedException() {
        super("another worker failed in this step", null, false, false);
    }
}

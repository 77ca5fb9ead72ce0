package io.baseload.service.quota;

/** As many reports of usage as a process makes at the same time are being made, and none ended in time. */
public final class ReportsBusyException extends RuntimeException {
    ReportsBusyException() {
        super("Other usage reports are being computed: try again in a few seconds.");
    }
}

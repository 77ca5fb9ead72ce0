package io.baseload.service.database;

/** As many long reads as a process does at the same time are going on, and none ended in time. */
public final class ReadsBusyException extends RuntimeException {
    ReadsBusyException() {
        super("Others read as much now: ask again in a few seconds.");
    }
}

package io.baseload.service.database;

/** What was asked for would fill the disk. */
public final class NotEnoughDiskException extends RuntimeException {
    NotEnoughDiskException(String message) {
        super(message);
    }
}

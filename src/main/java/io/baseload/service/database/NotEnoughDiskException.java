package io.baseload.service.database;

/** The request would fill the disk. */
public final class NotEnoughDiskException extends RuntimeException {
    NotEnoughDiskException(String message) {
        super(message);
    }
}

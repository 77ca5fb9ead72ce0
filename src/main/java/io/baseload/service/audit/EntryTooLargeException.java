package io.baseload.service.audit;

/** More is to be recorded about an act than an entry of the trail can have. */
public final class EntryTooLargeException extends RuntimeException {
    EntryTooLargeException(String message) {
        super(message);
    }
}

package io.baseload.service.audit;

/** The entries are no longer in the database but in an archive, so nothing can be proved from them here. */
public final class ArchivedException extends RuntimeException {
    ArchivedException(String message) {
        super(message);
    }
}

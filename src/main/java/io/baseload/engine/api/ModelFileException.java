package io.baseload.engine.api;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A bad model file: the place of the error and the expected content. Never a bug in this program, never a bad request. */
public final class ModelFileException extends RuntimeException {
    private final Path file;
    private final long offset;

    /**
     * @param offset bytes from the start of the file, or −1 if there is no single place
     * @param problem the found and the expected content
     */
    public ModelFileException(Path file, long offset, String problem) {
        super(offset < 0 ? file + ": " + problem : file + ": at byte " + offset + ": " + problem);
        this.file = file;
        this.offset = offset;
    }

    /** A file that can't be read, because of the operating system. */
    public static ModelFileException unreadable(Path file, IOException cause) {
        String problem = switch (cause) {
            case NoSuchFileException missing -> "no such file";
            case AccessDeniedException denied -> "may not be read (permission denied)";
            default -> "can't be read: " + cause.getMessage();
        };
        var unreadable = new ModelFileException(file, -1, problem);
        unreadable.initCause(cause);
        return unreadable;
    }

    public Path file() {
        return file;
    }

    public long offset() {
        return offset;
    }
}

package io.baseload.service.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;

/** Input and output errors in one line. */
public final class IoErrors {
    private IoErrors() {}

    /** The message with its reason, such as a full disk. */
    public static String inWords(UncheckedIOException error) {
        String message = String.valueOf(error.getMessage());
        IOException cause = error.getCause();
        if (cause == null) {
            return message;
        }
        if (message.equals(cause.toString())) {
            return reason(cause);
        }
        return message.endsWith(": " + cause.getMessage()) ? message : message + ": " + reason(cause);
    }

    /** The messages of many file system exceptions are only the file's name. */
    private static String reason(IOException cause) {
        String message = cause.getMessage();
        if (message == null || cause instanceof FileSystemException file && file.getReason() == null) {
            String kind = cause.getClass().getSimpleName().replace("Exception", "");
            return message == null ? kind : kind + " " + message;
        }
        return message;
    }
}

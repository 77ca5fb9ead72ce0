package io.baseload.service.app;

import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains in one line, without a stack trace, that the home can't be written or is used by another process. */
final class HomeFailureAnalyzer extends AbstractFailureAnalyzer<UncheckedIOException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UncheckedIOException cause) {
        return new FailureAnalysis(
                cause.getMessage() + reason(cause.getCause()),
                "Set BASELOAD_HOME to a folder that this user may write and that no other running service uses.",
                cause);
    }

    /** The messages of file system exceptions are only the file's name. */
    private static String reason(@Nullable Throwable cause) {
        return switch (cause) {
            case null -> "";
            case FileSystemException e ->
                ": " + e.getClass().getSimpleName().replace("Exception", "") + " " + e.getMessage();
            default -> ": " + cause.getMessage();
        };
    }
}

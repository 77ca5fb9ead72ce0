package io.baseload.service.app;

import java.io.UncheckedIOException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains in one line, without a stack trace, that the home can't be written or is used by another process. */
final class HomeFailureAnalyzer extends AbstractFailureAnalyzer<UncheckedIOException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UncheckedIOException cause) {
        return new FailureAnalysis(
                IoErrors.inWords(cause),
                "Set BASELOAD_HOME to a folder that this user may write and that no other running service uses.",
                cause);
    }
}

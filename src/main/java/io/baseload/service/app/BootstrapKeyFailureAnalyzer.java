package io.baseload.service.app;

import io.baseload.service.tenant.BootstrapKeyException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains without a stack trace that the configured key can't be used. */
final class BootstrapKeyFailureAnalyzer extends AbstractFailureAnalyzer<BootstrapKeyException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, BootstrapKeyException cause) {
        return new FailureAnalysis(
                cause.getLocalizedMessage(),
                "Set BASELOAD_BOOTSTRAP_KEY to a new value, or to that of the previous starts.",
                cause);
    }
}

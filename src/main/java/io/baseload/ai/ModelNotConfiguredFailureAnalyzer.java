package io.baseload.ai;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says at start what is missing, instead of a stack. */
final class ModelNotConfiguredFailureAnalyzer extends AbstractFailureAnalyzer<ModelNotConfiguredException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ModelNotConfiguredException cause) {
        return new FailureAnalysis(
                "The chat model 'baseload' runs in this process and has " + cause.getMessage() + ".",
                "Set that property, or choose another chat model with spring.ai.model.chat.",
                cause);
    }
}

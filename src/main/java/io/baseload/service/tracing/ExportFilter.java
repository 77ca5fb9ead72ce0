package io.baseload.service.tracing;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/** Removes the exporters of traces and metrics if no OTLP endpoint is configured, so that they cost nothing. */
final class ExportFilter implements AutoConfigurationImportFilter, EnvironmentAware {
    private static final String TRACES = "management.opentelemetry.tracing.export.otlp.endpoint";

    /** The property that each package needs. */
    private static final Map<String, String> ENDPOINTS = Map.of(
            "org.springframework.boot.micrometer.tracing.", TRACES,
            "org.springframework.boot.opentelemetry.", TRACES,
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.otlp.",
                    "management.otlp.metrics.export.url");

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    /** @param classes null for one that another filter has removed */
    @Override
    public boolean[] match(@Nullable String[] classes, AutoConfigurationMetadata metadata) {
        var matches = new boolean[classes.length];
        for (int i = 0; i < classes.length; i++) {
            matches[i] = matches(Objects.requireNonNullElse(classes[i], ""));
        }
        return matches;
    }

    private boolean matches(String name) {
        return ENDPOINTS.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .allMatch(entry -> !Objects.requireNonNull(environment)
                        .getProperty(entry.getValue(), "")
                        .isBlank());
    }
}

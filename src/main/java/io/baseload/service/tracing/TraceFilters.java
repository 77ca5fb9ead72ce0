package io.baseload.service.tracing;

import io.micrometer.tracing.exporter.SpanExportingPredicate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Requests that are not traced. */
@Configuration(proxyBeanMethods = false)
class TraceFilters {
    /** Probes and scrapes, which would be most of all traces. */
    @Bean
    SpanExportingPredicate withoutProbes() {
        return span -> !span.getTags().getOrDefault("uri", "").startsWith("/actuator");
    }
}

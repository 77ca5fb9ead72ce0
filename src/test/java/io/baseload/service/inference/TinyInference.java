package io.baseload.service.inference;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Inference as the service wires it, on {@link TinyModel}. */
@Configuration(proxyBeanMethods = false)
@Import(InferenceConfiguration.class)
class TinyInference {
    @Bean
    TinyModel tinyModel() {
        return new TinyModel();
    }

    @Bean
    MeterRegistry meterRegistry() {
        return new SimpleMeterRegistry();
    }
}

package io.baseload.service.inference;

import io.baseload.service.tracing.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Inference as the service wires it, on {@link TinyModel}. Not a {@code @Configuration}, so that tests of the whole service do not find it. */
@Import(InferenceConfiguration.class)
class TinyInference {
    @Bean
    TinyModel tinyModel() {
        return new TinyModel();
    }

    @Bean
    Traces traces() {
        return Traces.off();
    }

    @Bean
    MeterRegistry meterRegistry() {
        return new SimpleMeterRegistry();
    }
}

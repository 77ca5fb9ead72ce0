package io.baseload.service.inference;

import io.baseload.service.audit.Actor;
import io.baseload.service.quota.Reservation;
import io.baseload.service.tracing.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Optional;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** Inference as the service wires it, on {@link TinyModel}. Not a {@code @Configuration}, so that tests of the whole service do not find it. */
@Import(InferenceConfiguration.class)
class TinyInference {
    /** Of a request that reserves this. */
    static Intent intent(Reservation reservation) {
        return new Intent(
                new Actor(reservation.tenant(), reservation.keyPrefix()),
                reservation,
                "tiny",
                new EndUser(Optional.empty(), Optional.empty()),
                "tiny-1",
                new Origin(reservation.requestId(), "192.0.2.7"),
                Optional.empty(),
                List.of());
    }

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

package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** Prometheus sees no increase in a series that begins with 1. */
class InferenceMetersTest {
    @Test
    void allEndsOfRequestsAreCountedFromZero() {
        var meters = new SimpleMeterRegistry();
        var fresh = new InferenceMeters(meters);
        for (RefusalReason reason : RefusalReason.values()) {
            assertThat(meters.get("baseload.requests_refused")
                            .tag("reason", reason.word())
                            .counter()
                            .count())
                    .isZero();
        }
        fresh.of("m");
        assertThat(meters.get("baseload.request_success").tag("model_name", "m").counters())
                .extracting(counter -> counter.getId().getTag("finished_reason"))
                .containsExactlyInAnyOrder("stop", "length", "tool_calls", "content_filter", "cancelled", "failed");
    }
}

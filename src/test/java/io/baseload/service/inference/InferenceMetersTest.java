package io.baseload.service.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
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

    @Test
    void aDeletedModelHasNoMeters() {
        var meters = new SimpleMeterRegistry();
        var all = new InferenceMeters(meters);
        int before = meters.getMeters().size();
        all.of("kept").promptTokens().increment(3);
        int ofOne = meters.getMeters().size() - before;
        all.of("deleted").promptTokens().increment(5);
        all.left("deleted");
        assertThat(meters.getMeters()).hasSize(before + 2 * ofOne);
        all.keepOnly(() -> {
            all.of("new");
            return Set.of("kept");
        });
        assertThat(meters.getMeters()).hasSize(before + 2 * ofOne);
        assertThat(meters.find("baseload.prompt_tokens")
                        .tag("model_name", "deleted")
                        .counter())
                .isNull();
        assertThat(meters.get("baseload.prompt_tokens")
                        .tag("model_name", "kept")
                        .counter()
                        .count())
                .isEqualTo(3);
        assertThat(all.of("deleted").promptTokens().count()).as("made again").isZero();
        assertThat(meters.get("baseload.prompt_tokens")
                        .tag("model_name", "deleted")
                        .counter()
                        .count())
                .isZero();
    }
}

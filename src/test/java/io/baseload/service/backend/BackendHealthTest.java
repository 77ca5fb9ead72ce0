package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.backend.BackendHealth.State;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class BackendHealthTest {
    private static final Instant NINE = Instant.parse("2026-11-30T09:00:00Z");

    private Instant clock = NINE;
    private long nanos;
    private final BackendHealth health = new BackendHealth(() -> clock, () -> nanos, error -> {});

    private void pass(Duration time) {
        clock = clock.plus(time);
        nanos += time.toNanos();
    }

    @Test
    void aPauseEndsInTimeAlthoughTheClockWasSetBack() {
        health.cool(Duration.ofSeconds(10), "busy");
        clock = clock.minus(Duration.ofHours(1));
        pass(Duration.ofSeconds(9));
        assertThat(health.state()).isEqualTo(State.COOLING);
        pass(Duration.ofSeconds(1));
        assertThat(health.state()).isEqualTo(State.UP);
    }

    @Test
    void aShorterPauseEndsNoLongerOne() {
        health.cool(Duration.ofSeconds(10), "busy");
        health.cool(Duration.ofSeconds(1), "silent");
        pass(Duration.ofSeconds(9));
        assertThat(health.state()).isEqualTo(State.COOLING);
        pass(Duration.ofSeconds(1));
        assertThat(health.state()).isEqualTo(State.UP);
    }

    @Test
    void isUpSinceThePauseEnded() {
        health.cool(Duration.ofSeconds(10), "busy");
        assertThat(health.report().since()).isEqualTo(NINE);
        pass(Duration.ofMinutes(1));
        assertThat(health.report().since()).isEqualTo(NINE.plusSeconds(10));
        assertThat(health.report().lastError()).hasValue("busy");
    }

    @Test
    void anOwnersPauseGrowsAndEnds() {
        health.failed("a", "broken");
        pass(Duration.ofSeconds(1));
        assertThat(health.state("a")).isEqualTo(State.UP);
        health.failed("a", "broken");
        pass(Duration.ofSeconds(1));
        assertThat(health.state("a")).isEqualTo(State.COOLING);
        assertThat(health.state("b")).isEqualTo(State.UP);
        pass(Duration.ofSeconds(1));
        assertThat(health.state("a")).isEqualTo(State.UP);
        for (int i = 0; i < 100; i++) {
            health.failed("a", "broken");
        }
        pass(Duration.ofSeconds(30));
        assertThat(health.state("a")).isEqualTo(State.UP);
    }

    @Test
    void aWaitInVainIsAPauseForItsOwnerUntilAnothersIs() {
        health.cool("a", Duration.ofSeconds(10), "silent");
        health.cool("a", Duration.ofSeconds(1), "silent");
        pass(Duration.ofSeconds(9));
        assertThat(health.state("a")).isEqualTo(State.COOLING);
        assertThat(health.state("b")).isEqualTo(State.UP);
        health.cool("b", Duration.ofSeconds(5), "silent");
        assertThat(health.state("c")).isEqualTo(State.COOLING);
        pass(Duration.ofSeconds(5));
        assertThat(health.state("a")).isEqualTo(State.UP);
        health.succeeded();
        health.cool("b", Duration.ofHours(1), "silent");
        assertThat(health.state("c")).isEqualTo(State.UP);
        pass(Duration.ofSeconds(30));
        assertThat(health.state("b")).isEqualTo(State.UP);
    }

    @Test
    void aMissedProbeOutlastsAPause() {
        health.cool(Duration.ofSeconds(10), "busy");
        health.missed("no answer");
        pass(Duration.ofMinutes(1));
        assertThat(health.state()).isEqualTo(State.DOWN);
        health.probed();
        assertThat(health.report().state()).isEqualTo(State.UP);
        assertThat(health.report().since()).isEqualTo(NINE.plusSeconds(60));
    }
}

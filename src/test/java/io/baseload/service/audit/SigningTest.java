package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When signatures and their copies count as overdue. */
final class SigningTest {
    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void signaturesAreOverdueAfterTenMinutes() {
        var status = new Checkpoints.Status(3, START, START.plusSeconds(60), Optional.empty(), false);
        assertThat(after(11, status, MINUTE).overdue()).isFalse();
        assertThat(after(12, status, MINUTE).overdue()).isTrue();
    }

    @Test
    void aLongIntervalHasItsTime() {
        var status = new Checkpoints.Status(3, START, START, Optional.empty(), false);
        assertThat(after(170, status, Duration.ofHours(1)).overdue()).isFalse();
        assertThat(after(181, status, Duration.ofHours(1)).overdue()).isTrue();
    }

    @Test
    void anAnchorThatFailsIsOverdueByItself() {
        var status = new Checkpoints.Status(3, START, START.plusSeconds(660), Optional.empty(), false);
        Signing signing = after(12, status, MINUTE);
        assertThat(signing.overdue()).isFalse();
        assertThat(signing.copies()).containsExactly(new Signing.Copy("bucket", START, true));
        assertThat(after(9, status, MINUTE).copies()).containsExactly(new Signing.Copy("bucket", START, false));
    }

    private static Signing after(int minutes, Checkpoints.Status status, Duration interval) {
        var anchors = List.of(new AnchorStatus(new Full(), START));
        return Signing.at(START.plus(Duration.ofMinutes(minutes)), status, anchors, interval);
    }

    /** It has accepted nothing since the start. */
    private static final class Full implements Anchor {
        @Override
        public String name() {
            return "bucket";
        }

        @Override
        public Checkpoint keep(Checkpoint checkpoint, History history) {
            throw new IllegalStateException("507");
        }
    }
}

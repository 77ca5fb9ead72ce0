package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Failures of an anchor show in its age and have no other effect. */
final class AnchorStatusTest {
    private final List<Long> kept = new ArrayList<>();
    private boolean away;

    @Test
    void anAnchorThatFailsStopsNothingAgesAndIsAskedAgain() {
        var status = new AnchorStatus(new Bucket(), Instant.EPOCH);
        away = true;
        assertThat(keep(status, 3)).isEqualTo(3);
        assertThat(status.at()).isEqualTo(Instant.EPOCH);
        away = false;
        assertThat(keep(status, 3)).isEqualTo(3);
        Instant first = status.at();
        assertThat(first).isAfter(Instant.EPOCH);
        away = true;
        assertThat(keep(status, 5)).isEqualTo(5);
        assertThat(status.at()).isEqualTo(first);
        assertThat(kept).containsExactly(3L);
    }

    @Test
    void aHeldCheckpointIsNotSentAgainAndCountsAsHeld() {
        var status = new AnchorStatus(new Bucket(), Instant.EPOCH);
        keep(status, 3);
        away = true;
        Instant before = Instant.now();
        keep(status, 3);
        assertThat(kept).containsExactly(3L);
        assertThat(status.at()).isAfterOrEqualTo(before);
    }

    private static long keep(AnchorStatus status, long size) {
        var checkpoint = new Checkpoint("o", size, new byte[32], Instant.EPOCH, new byte[32], "o\n" + size + "\n…");
        return status.keep(checkpoint, from -> List.of()).size();
    }

    private final class Bucket implements Anchor {
        @Override
        public String name() {
            return "bucket";
        }

        @Override
        public Checkpoint keep(Checkpoint checkpoint, History history) {
            if (away) {
                throw new IllegalStateException("503");
            }
            kept.add(checkpoint.size());
            return checkpoint;
        }
    }
}

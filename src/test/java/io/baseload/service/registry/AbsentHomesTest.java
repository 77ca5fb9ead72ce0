package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AbsentHomesTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1); // System.nanoTime may overflow
    private final AbsentHomes homes = new AbsentHomes(now::get);
    private final UUID home = UUID.randomUUID();

    @Test
    void aHomeIsGoneTenMinutesAfterItWasFirstSeenAbsent() {
        assertThat(homes.gone(List.of(home))).isEmpty();
        for (int minute = 1; minute < 10; minute++) {
            assertThat(minutesLater(1, List.of(home))).isEmpty();
        }
        assertThat(minutesLater(1, List.of(home, UUID.randomUUID()))).containsExactly(home);
    }

    @Test
    void aHomeThatHadAProcessMeanwhileIsNotGone() {
        homes.gone(List.of(home));
        for (int minute = 1; minute < 10; minute++) {
            minutesLater(1, minute == 5 ? List.of() : List.of(home));
        }
        assertThat(minutesLater(1, List.of(home))).isEmpty();
    }

    @Test
    void anOutageOfTheDatabaseDoesNotCount() {
        homes.gone(List.of(home));
        assertThat(minutesLater(11, List.of(home))).isEmpty();
        assertThat(minutesLater(1, List.of(home))).isEmpty();
    }

    private List<UUID> minutesLater(int minutes, List<UUID> absent) {
        now.addAndGet(Duration.ofMinutes(minutes).toNanos());
        return homes.gone(absent);
    }
}

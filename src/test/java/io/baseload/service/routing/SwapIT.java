package io.baseload.service.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.tools.Swaps;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alias moves back and forth while several clients stream from it; {@code bin/swaps} does the same as often as one likes. */
final class SwapIT {
    private static final int MOVES = 20;

    @TempDir
    Path home;

    @Test
    void noRequestFailsWhileAnAliasMoves() throws Exception {
        try (RunningService service = RunningService.at(home)) {
            Swaps.Result result = Swaps.run(service, home, MOVES);
            assertThat(result.failures()).isEmpty();
            assertThat(result.moves()).isEqualTo(MOVES);
            assertThat(result.models()).containsExactlyInAnyOrder("one", "two");
            Admin admin = new Admin(service.rest());
            assertThat(admin.state("one")).isEqualTo("loaded");
            assertThat(drained(admin)).isEqualTo("stored");
        }
    }

    private static String drained(Admin admin) throws Exception {
        return Patience.await().until(() -> admin.state("two"), state -> !state.equals("draining"));
    }
}

package io.baseload.service.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.tools.Rest;
import io.baseload.tools.Spill;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spill-over to engines in processes of their own, one of which is killed in mid-stream; {@code bin/spill} does the same with any engines. */
final class KilledBackendIT {
    private static final int ANSWERS = 60;

    @TempDir
    Path folder;

    @Test
    void onlyStreamsOfAKilledEngineFail() throws Exception {
        try (var spill = Spill.at(folder, List.of())) {
            spill.run(ANSWERS);
            List<Spill.Answer> failed =
                    spill.answers().stream().filter(answer -> !answer.isWhole()).toList();
            assertThat(failed)
                    .isNotEmpty()
                    .hasSizeLessThanOrEqualTo(Spill.PLACES)
                    .allMatch(Spill.Answer::isOfTheKilled);
            assertThat(spill.count()).containsOnlyKeys(spill.targets());
            Rest rest = spill.rest();
            assertThat(rest.get("/admin/v1/backends/" + Spill.SECOND)
                            .at("/health/state")
                            .asString())
                    .isNotEqualTo("up");
            Patience.await().until(() -> ended(rest, "done") == spill.answers().size() - failed.size());
            assertThat(ended(rest, "failed")).isEqualTo(failed.size());
        }
    }

    private static long ended(Rest rest, String state) throws Exception {
        return new Admin(rest)
                .trail("completion.outcome").stream()
                        .filter(entry -> entry.at("/detail/state").asString().equals(state))
                        .count();
    }
}

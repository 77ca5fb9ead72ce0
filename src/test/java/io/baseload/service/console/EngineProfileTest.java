package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EngineProfileTest {
    private static final Map<String, Object> MODEL = Map.of(
            "id",
            "some",
            "steps",
            7,
            "operator_seconds",
            Map.of(
                    "linear i4",
                    3.0,
                    "linear f32",
                    1.0,
                    "attention",
                    2.0,
                    "convolution",
                    0.0,
                    "barriers",
                    0.5,
                    "waiting",
                    0.25,
                    "all-reduce",
                    0.25,
                    "norms and rotary",
                    0.75,
                    "routing",
                    0.25));

    @Test
    void attentionAndCollectivesAreClasses() {
        EngineProfile profile = EngineProfile.of(MODEL);
        assertThat(profile.bar())
                .extracting(Part::words)
                .containsExactly("50 % linear", "25 % attention", "13 % collectives", "13 % other");
        assertThat(profile.bar()).extracting(Part::kind).doesNotHaveDuplicates();
        assertThat(profile.operators()).containsEntry("linear i4", 0.375).containsEntry("attention", 0.25);
    }

    @Test
    void theArticleHasItsOwnClasses() {
        assertThat(EngineProfile.ARTICLE)
                .extracting(Part::words)
                .containsExactly("50 % linear", "20 % convolution", "20 % collectives", "10 % other");
    }

    @Test
    void plotsGetSecondsByClass() {
        var model = new TreeMap<>(MODEL);
        EngineProfile.keepPlotted(model);
        assertThat(model)
                .doesNotContainKey("operator_seconds")
                .containsEntry(
                        "class_seconds",
                        Map.of("linear", 4.0, "attention", 2.0, "convolution", 0.0, "collectives", 1.0, "other", 1.0));
    }
}

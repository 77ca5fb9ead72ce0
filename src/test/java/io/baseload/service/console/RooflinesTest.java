package io.baseload.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RooflinesTest {
    @Test
    void aPlanIsMadeForTheModelAsItIsLoaded() {
        Map<String, Object> model = Map.of(
                "id", "m", "sha256", "ab", "loaded", Map.of("precision", "exact", "kv_precision", "q8", "shards", 2));
        assertThat(Rooflines.Loaded.of(model)).hasValueSatisfying(loaded -> assertThat(loaded.question("m"))
                .isEqualTo(Map.of("model", "m", "precision", "exact", "kv_precision", "q8")));
        assertThat(Rooflines.Loaded.of(Map.of("id", "m", "sha256", "ab"))).isEmpty();
    }
}

package io.baseload.engine.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigKeysTest {
    private static final String CONFIG = """
        {"model_type": "llama", "hidden_size": 64, "rope_theta": 10000.0, "tie": true, "gone": null,
         "eos_token_id": [1, 2], "bos_token_id": 7, "factors": [1, 1.5], "names": ["a"],
         "rope_scaling": {"factor": 8.0, "kind": "llama3"}}
        """;

    @TempDir
    Path folder;

    @Test
    void givesTypedValues() throws IOException {
        ConfigKeys keys = keys(CONFIG);
        assertThat(keys.string("model_type")).hasValue("llama");
        assertThat(keys.integer("hidden_size")).hasValue(64);
        assertThat(keys.number("hidden_size")).hasValue(64);
        assertThat(keys.number("rope_theta")).hasValue(10000);
        assertThat(keys.flag("tie")).hasValue(true);
        assertThat(keys.integers("eos_token_id")).containsExactly(1L, 2L);
        assertThat(keys.integers("bos_token_id")).containsExactly(7L);
        assertThat(keys.numbers("factors")).containsExactly(1.0, 1.5);
        assertThat(keys.strings("names")).containsExactly("a");
        assertThat(keys.object("rope_scaling").orElseThrow().number("factor")).hasValue(8);
        assertThat(keys.has("gone")).isFalse();
        assertThat(keys.string("missing")).isEmpty();
        assertThat(keys.integers("missing")).isEmpty();
    }

    @Test
    void knowsWhatNobodyAskedFor() throws IOException {
        ConfigKeys keys = keys(CONFIG);
        assertThat(keys.unread()).hasSize(9).doesNotContain("gone").contains("rope_scaling");
        keys.object("rope_scaling").orElseThrow().number("factor");
        keys.string("model_type");
        assertThat(keys.unread()).hasSize(8).contains("rope_scaling.kind").doesNotContain("model_type");
        keys.object("rope_scaling").orElseThrow().string("kind");
        assertThat(keys.unread()).doesNotContain("rope_scaling.kind");
    }

    @Test
    void refusesOtherTypesByKeyAndPlace() throws IOException {
        ConfigKeys keys = keys(CONFIG);
        assertThatThrownBy(() -> keys.integer("rope_theta"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("rope_theta must be an integer, not a number with a point");
        ConfigKeys scaling = keys.object("rope_scaling").orElseThrow();
        assertThatThrownBy(() -> scaling.flag("kind"))
                .hasMessageContaining("rope_scaling.kind must be a boolean, not text");
        assertThat(scaling.refuse("factor", "is odd").offset()).isEqualTo(CONFIG.indexOf("8.0"));
        assertThat(scaling.refuse("absent", "is missing").offset()).isEqualTo(-1);
        assertThatThrownBy(() -> keys("[1]")).hasMessageContaining("no JSON object begins here");
        assertThatThrownBy(() -> keys("{\"a\": 1, \"a\": 2}")).hasMessageContaining("Duplicate");
    }

    private ConfigKeys keys(String json) throws IOException {
        return ConfigKeys.read(Files.writeString(folder.resolve("config.json"), json));
    }
}

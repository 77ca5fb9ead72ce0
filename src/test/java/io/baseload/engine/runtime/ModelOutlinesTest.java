package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.ModelOutline.Layers;
import io.baseload.engine.api.UnfitOptionsException;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Outlines of configurations that ask for more memory than there is, and of models that don't generate. */
class ModelOutlinesTest {
    private static final LoadOptions OPTIONS = LoadOptions.named("plan");

    private static void assertRefused(String config, String problem) {
        assertThatThrownBy(() -> ModelOutlines.of(config, OPTIONS))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(problem);
    }

    private static ObjectNode config(String model) throws IOException {
        return (ObjectNode) JsonMapper.shared()
                .readTree(Files.readString(TestModels.reference(model).resolve("config.json")));
    }

    @Test
    void layersAreLimitedUnderAnyKey() {
        assertRefused("""
            {"model_type": "distilbert", "n_layers": 16777216, "dim": 64, "n_heads": 4, "hidden_dim": 64,
            "vocab_size": 100, "max_position_embeddings": 64}
            """, "n_layers is 16777216; it must be from 1 to 4096");
        assertRefused("""
            {"model_type": "nomic_bert", "n_layer": 4097, "n_embd": 64, "n_head": 4, "n_inner": 64,
            "vocab_size": 100, "n_positions": 64}
            """, "n_layer is 4097; it must be from 1 to 4096");
    }

    @Test
    void whatIsListedOneByOneIsLimited() throws IOException {
        String heads = config("deepseek-v2")
                .put("num_hidden_layers", 1)
                .put("num_attention_heads", 4_194_304)
                .put("num_key_value_heads", 4_194_304)
                .put("qk_nope_head_dim", 1)
                .put("qk_rope_head_dim", 2)
                .put("v_head_dim", 1)
                .toString();
        assertRefused(heads, "8388608 matrices of experts and of single heads; a plan is made for at most 262144");
        String experts =
                config("tiny-mixtral").put("num_local_experts", 1_000_000).toString();
        assertRefused(experts, "matrices of experts and of single heads; a plan is made for at most 262144");
    }

    /** Each norm is as wide as the model; all of them would be 64 GiB. */
    @Test
    void wideNormsTakeNoMemory() {
        String wide = """
            {"model_type": "llama", "num_hidden_layers": 4096, "hidden_size": 2097152, "num_attention_heads": 1, "head_dim": 64,
            "intermediate_size": 64, "vocab_size": 100, "max_position_embeddings": 64, "rms_norm_eps": 1e-5}
            """;
        assertThat(ModelOutlines.of(wide, OPTIONS).vectorBytes()).isEqualTo(4L * 2_097_152 * (2 * 4096 + 1));
        assertThat(ModelOutlines.memory(wide, OPTIONS, 1, 2).shards(1, 64))
                .singleElement()
                .satisfies(memory -> assertThat(memory.kvCache()).isEqualTo(64L * 4096 * 2 * 64 * Short.BYTES));
    }

    /** In gpt-oss every other layer has a window. */
    @Test
    void layersAreCountedByTheirWindows() throws IOException {
        String config = config("tiny-gpt-oss").toString();
        assertThat(ModelOutlines.of(config, OPTIONS).layers()).containsExactly(new Layers(1, 0), new Layers(1, 16));
        String yuan = config("tiny-yuan2").toString();
        assertThat(ModelOutlines.of(yuan, OPTIONS).layers())
                .singleElement()
                .satisfies(layers -> assertThat(layers.window()).isZero());
    }

    @Test
    void anEncoderHasNoPlan() throws IOException {
        Path bert = TestModels.resource("encoders/bert-mean");
        String config = Files.readString(bert.resolve("config.json"));
        assertThatThrownBy(() -> ModelOutlines.of(config, OPTIONS))
                .isInstanceOf(UnfitOptionsException.class)
                .hasMessage("is an encoder (bert); plans are made for models that generate");
        assertThatThrownBy(() -> ModelOutlines.of(bert, OPTIONS)).isInstanceOf(UnfitOptionsException.class);
    }
}

package io.baseload.engine.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.config.Experts;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.format.ModelFolder;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** config.json of the families with experts, latent attention or Yuan's filter. */
class ExpertKeysTest {
    private static final JsonMapper JSON = JsonMapper.shared();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        tiny-mixtral   | num_local_experts       | 0            | num_local_experts is missing or 0
        tiny-mixtral   | num_experts_per_tok     | 5            | num_experts_per_tok is 5, but there are 4 experts
        tiny-mixtral   | hidden_act              | "relu"       | hidden_act is relu
        tiny-qwen3-moe | decoder_sparse_step     | 0            | decoder_sparse_step is 0
        tiny-qwen3-moe | shared_expert_gate      | 1            | shared_expert_gate is not known
        tiny-gpt-oss   | num_local_experts       | null         | num_local_experts is missing or 0
        tiny-gpt-oss   | swiglu_limit            | -1           | swiglu_limit is -1.0
        deepseek-v2    | topk_method             | "noaux_tc"   | topk_method is noaux_tc
        deepseek-v2    | scoring_func            | "sigmoid"    | scoring_func is sigmoid
        deepseek-v2    | moe_layer_freq          | 2            | moe_layer_freq is 2
        deepseek-v2    | n_group                 | 3            | n_group is 3
        deepseek-v2    | num_key_value_heads     | 2            | num_key_value_heads is 2
        deepseek-v3    | topk_method             | "greedy"     | topk_method is greedy
        deepseek-v3    | n_group                 | 8            | n_group is 8
        deepseek-v3    | topk_group              | 1            | topk_group is 1 of 4 groups
        deepseek-v3    | topk_group              | 5            | topk_group is 5
        deepseek-v3    | rope_interleave         | false        | rope_interleave is false
        deepseek-v3    | kv_lora_rank            | null         | kv_lora_rank is missing
        tiny-yuan2     | causal_mask             | false        | causal_mask is false
        tiny-yuan2     | use_shareqk             | true         | use_shareqk is not known
        yuan2-m32      | attention_projection_size | 130        | attention_projection_size is 130
        yuan2-m32      | moe_config              | {"moe_num_experts": 0}                          | moe_config.moe_num_experts is 0
        yuan2-m32      | moe_config              | {"moe_num_experts": 8, "moe_top_k": 9}          | moe_config.moe_top_k is 9
        yuan2-m32      | moe_config              | {"moe_num_experts": 8, "moe_top_k": 2, "gated_linear_unit": false} | moe_config.gated_linear_unit is false
        """)
    void refusesByName(String model, String key, String value, String problem) throws IOException {
        assertThatThrownBy(() -> read(model, key, value))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void saysWhichLayersHaveExperts() throws IOException {
        ModelConfig config = read("tiny-qwen3-moe", "decoder_sparse_step", "3");
        assertThat(config.layers())
                .extracting(LayerConfig::feedForward)
                .hasExactlyElementsOfTypes(Gated.class, Gated.class, Experts.class);
        assertThat(read("deepseek-v3", "first_k_dense_replace", "0").layers())
                .extracting(LayerConfig::feedForward)
                .hasOnlyElementsOfType(Experts.class);
    }

    @Test
    void yuanMasksOnlyWherePositionsAreReset() throws IOException {
        assertThat(separates(read("tiny-yuan2", "reset_attention_mask", "false")))
                .isTrue();
        assertThat(separates(read("tiny-yuan2", "reset_position_ids", "false"))).isFalse();
        assertThat(separates(read("tiny-yuan2", "use_flash_attention", "true"))).isFalse();
    }

    private static boolean separates(ModelConfig config) {
        return ((LocalizedFiltering) config.attention()).separator().isPresent();
    }

    /** A model's configuration with another value for one key. */
    private ModelConfig read(String model, String key, String value) throws IOException {
        Path source = TestModels.reference(model);
        ObjectNode config = (ObjectNode) JSON.readTree(source.resolve("config.json"));
        config.set(key, JSON.readTree(value));
        Files.writeString(folder.resolve("config.json"), config.toString());
        Path weights = folder.resolve("model.safetensors");
        if (!Files.exists(weights)) {
            Files.copy(source.resolve("model.safetensors"), weights);
        }
        try (ModelFolder opened = ModelFolder.open(folder)) {
            return Architectures.of(opened).config();
        }
    }
}

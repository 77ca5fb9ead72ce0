package io.baseload.engine.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling;
import io.baseload.engine.format.ModelFolder;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keys of config.json mean, and that none is passed over that may change the result. */
class HuggingFaceKeysTest {
    private static final String KNOWN = """
        "hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 96,
        "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "vocab_size": 384\
        """;

    @TempDir
    Path folder;

    /** The configuration of a model of this type, with more keys; weights are none of its business. */
    private ModelConfig read(String type, String keys) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                "{\"model_type\": \"" + type + "\", " + KNOWN + (keys.isEmpty() ? "" : ", " + keys) + "}");
        Path weights = folder.resolve("model.safetensors");
        if (!Files.exists(weights)) {
            Files.copy(TestModels.reference("deepseek-v2").resolve("model.safetensors"), weights);
        }
        try (ModelFolder model = ModelFolder.open(folder)) {
            return Architectures.of(model).config();
        }
    }

    private static GroupedQuery attention(ModelConfig config, int layer) {
        return (GroupedQuery) config.layers().get(layer).attention();
    }

    private static RopeScaling scaling(ModelConfig config) {
        return attention(config, 0).rope().map(Rope::scaling).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "llama   | \"clip_qkv\": 8                                | clip_qkv is not known",
                "llama   | \"rotary_pct\": 0.5                            | rotary_pct is not known",
                "llama   | \"partial_rotary_factor\": 0.5                 | partial_rotary_factor is not known",
                "llama   | \"sliding_window\": 16                         | sliding_window is not known",
                "llama   | \"layer_types\": [\"linear_attention\"]        | layer_types is not known",
                "llama   | \"hidden_act\": \"relu\"                       | hidden_act is relu",
                "llama   | \"rope_scaling\": {\"type\": \"mrope\", \"factor\": 2} | rope_type is mrope",
                "llama   | \"rope_scaling\": {\"type\": \"linear\"}       | factor is missing",
                "llama   | \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2, \"more\": 1} | rope_scaling.more is"
                        + " not known",
                "llama   | \"quantization_config\": {\"quant_method\": \"hqq\"} | quant_method hqq",
                "llama   | \"quantization_config\": {\"quant_method\": \"gptq\", \"bits\": 8} | bits asks for"
                        + " something",
                "llama   | \"quantization_config\": {\"quant_method\": \"fp8\", \"fmt\": \"e3m4\"} | fmt asks for"
                        + " something",
                "llama   | \"head_dim\": -1                               | head_dim is -1",
                "gemma3_text | \"layer_types\": [\"full_attention\"]      | layer_types has 1 elements, but there are 4"
                        + " layers",
                "smollm3 | \"no_rope_layers\": [1]                        | no_rope_layers has 1 elements",
                "phi3    | \"partial_rotary_factor\": 1.5                 | partial_rotary_factor rotates 24 of a"
                        + " head's 16",
                "phi3    | \"rope_scaling\": {\"type\": \"longrope\", \"factor\": 2, \"short_factor\": [1],"
                        + " \"long_factor\": [1]} | short_factor must be 8",
                "gpt2    | \"n_embd\": 8                                  | model_type is gpt2; supported are"
            })
    void refusesByName(String type, String keys, String problem) {
        assertThatThrownBy(() -> read(type, keys))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(problem);
    }

    /** Each layer takes memory, also if the files have no tensors for it. */
    @Test
    void layersAreLimited() throws IOException {
        read("gemma3_text", "");
        Path config = folder.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 16777216"));
        try (ModelFolder model = ModelFolder.open(folder)) {
            assertThatThrownBy(() -> Architectures.of(model))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("num_hidden_layers is 16777216; it must be from 1 to 4096");
        }
    }

    @Test
    void takesWhatChangesNothing() throws IOException {
        ModelConfig config = read("llama", """
            "_name_or_path": "x", "use_cache": false, "new_feature": false, "other_feature": null, "list_feature": [],
            "attention_dropout": 0.1, "layer_types": ["full_attention", "full_attention"], "rope_scaling": null
            """);
        assertThat(scaling(config)).isEqualTo(new RopeScaling.None());
    }

    @Test
    void takesBothKindsOf8BitFloats() throws IOException {
        for (String format : List.of("e4m3", "e5m2")) {
            String fp8 =
                    "{\"quant_method\": \"fp8\", \"fmt\": \"%s\", \"weight_block_size\": [64, 32]}".formatted(format);
            assertThat(read("llama", "\"quantization_config\": " + fp8).architecture())
                    .isEqualTo("llama");
        }
    }

    @Test
    void readsRopeScalingsInBothForms() throws IOException {
        String llama3 = """
            "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4, "original_max_position_embeddings": 32, "rope_type": "llama3\"\
            """;
        var expected = new RopeScaling.Llama3(8, 1, 4, 32);
        assertThat(scaling(read("llama", "\"rope_scaling\": {" + llama3 + "}"))).isEqualTo(expected);
        ModelConfig newer = read("llama", "\"rope_parameters\": {\"rope_theta\": 500000, " + llama3 + "}");
        assertThat(attention(newer, 0).rope().orElseThrow().base()).isEqualTo(500_000);
        assertThat(scaling(newer)).isEqualTo(expected);
        assertThat(scaling(read("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}")))
                .isEqualTo(new RopeScaling.Linear(4));
    }

    @Test
    void yarnsMagnitudeFollowsItsFactor() throws IOException {
        ModelConfig config = read(
                "qwen2",
                "\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 64}");
        assertThat(scaling(config)).isEqualTo(new RopeScaling.Yarn(4, 32, 1, 64, true, 0.1 * Math.log(4) + 1));
    }

    /** Dynamic scaling begins where the context of the first training ends, so the context ends there. */
    @Test
    void dynamicScalingEndsTheContext() throws IOException {
        String dynamic = "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 4.0";
        assertThat(read("llama", dynamic + "}").contextLength()).isEqualTo(256);
        ModelConfig shorter = read("llama", dynamic + ", \"original_max_position_embeddings\": 64}");
        assertThat(shorter.contextLength()).isEqualTo(64);
        assertThat(scaling(shorter)).isEqualTo(new RopeScaling.Dynamic(64));
    }

    @Test
    void windowsAreThoseOfTheFamily() throws IOException {
        ModelConfig qwen =
                read("qwen2", "\"use_sliding_window\": true, \"sliding_window\": 12, \"max_window_layers\": 3");
        assertThat(attention(qwen, 2).scores().window()).isZero();
        assertThat(attention(qwen, 3).scores().window()).isEqualTo(12);
        ModelConfig unused = read("qwen2", "\"use_sliding_window\": false, \"sliding_window\": 12");
        assertThat(attention(unused, 3).scores().window()).isZero();
        assertThat(attention(read("mistral", "\"sliding_window\": null"), 0)
                        .scores()
                        .window())
                .isZero();
        assertThat(attention(read("mistral", ""), 0).scores().window()).isEqualTo(4096);
    }

    /** SmolLM's window is where there is no rotary embedding: each fourth layer, unless the files say otherwise. */
    @Test
    void smolLmsWindowsAreWhereNothingRotates() throws IOException {
        String window = "\"use_sliding_window\": true, \"sliding_window\": 7, \"max_window_layers\": 0";
        assertThat(windows(read("smollm3", window))).containsExactly(0, 0, 0, 7);
        assertThat(windows(read("smollm3", window + ", \"no_rope_layers\": [0, 1, 0, 1]")))
                .containsExactly(7, 0, 7, 0);
        assertThat(windows(read("smollm3", "\"use_sliding_window\": true"))).containsOnly(0);
    }

    private static int[] windows(ModelConfig config) {
        return IntStream.range(0, config.layers().size())
                .map(i -> attention(config, i).scores().window())
                .toArray();
    }

    @Test
    void longRopesMagnitudeFollowsItsFactorOrElseTheContext() throws IOException {
        String factors = "[1, 1, 1, 1, 1, 1, 1, 1]";
        String scaling = "\"original_max_position_embeddings\": 64, \"rope_scaling\": {\"type\": \"longrope\","
                + " \"short_factor\": %s, \"long_factor\": %s".formatted(factors, factors);
        assertThat(magnitude(scaling + "}")).isEqualTo(Math.sqrt(1 + Math.log(4) / Math.log(64)));
        assertThat(magnitude(scaling + ", \"factor\": 16}")).isEqualTo(Math.sqrt(1 + Math.log(16) / Math.log(64)));
        assertThat(magnitude(scaling + ", \"factor\": 16, \"attention_factor\": 1.5}"))
                .isEqualTo(1.5);
    }

    private double magnitude(String keys) throws IOException {
        return ((RopeScaling.LongRope) scaling(read("llama", keys))).magnitude();
    }

    /** What stands beside the scaling counts, as in Phi 3's files. */
    @Test
    void theFirstTrainingsLengthIsReadBesideTheScalingFirst() throws IOException {
        ModelConfig config = read(
                "llama",
                "\"original_max_position_embeddings\": 64, \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0,"
                        + " \"original_max_position_embeddings\": 32}");
        assertThat(((RopeScaling.Yarn) scaling(config)).original()).isEqualTo(64);
    }

    @Test
    void headsHaveTheWidthOfTheFamilyWhereNothingIsSaid() throws IOException {
        assertThat(attention(read("qwen3", ""), 0).headDim()).isEqualTo(128);
        assertThat(attention(read("qwen2", ""), 0).headDim()).isEqualTo(16);
    }

    @Test
    void gemma3CapsNoScores() throws IOException {
        ModelConfig config = read("gemma3_text", "\"attn_logit_softcapping\": 50.0");
        assertThat(attention(config, 0).scores().softCap()).isZero();
    }
}

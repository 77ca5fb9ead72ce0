package io.baseload.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.format.GgufFile;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.testing.GgufBytes;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufConfigTest {
    /** What every file here has, beside the keys of a test. */
    private static final int KEYS = 8;

    @TempDir
    Path folder;

    @Test
    void readsTheBundledModel() {
        try (GgufFile file = GgufFile.open(TestModels.smolLm2())) {
            ModelConfig config = GgufConfig.read(file);
            assertThat(config)
                    .isEqualTo(new ModelConfig(
                            "llama",
                            "Smollm2 135M 8k Lc100K Mix1 Ep2",
                            8192,
                            49_152,
                            30,
                            576,
                            9,
                            3,
                            64,
                            1536,
                            1e-5f,
                            new RopeConfig(100_000, 64, 1)));
            Vocabulary.Gguf vocabulary = GgufVocabulary.read(file);
            assertThat(vocabulary.model()).isEqualTo("gpt2");
            assertThat(vocabulary.pre()).hasValue("smollm");
            assertThat(vocabulary.tokens()).hasSize(49_152);
            assertThat(vocabulary.types()).hasSize(49_152).startsWith(3, 3, 3);
            assertThat(vocabulary.merges()).hasSize(48_900).startsWith("Ġ t");
            assertThat(vocabulary.eos()).hasValue(2);
            assertThat(vocabulary.eot()).as("<|im_end|>").hasValue(2);
            assertThat(vocabulary.addBos()).hasValue(false);
            assertThat(vocabulary.chatTemplates().get(Vocabulary.DEFAULT_TEMPLATE))
                    .contains("<|im_start|>");
        }
    }

    @Test
    void takesDefaultsWhereTheFormatHasThem() throws IOException {
        ModelConfig config = read(0, keys -> keys);
        assertThat(config.kvHeads()).isEqualTo(4);
        assertThat(config.headDim()).isEqualTo(8);
        assertThat(config.rope()).isEqualTo(new RopeConfig(10_000, 8, 1));
    }

    @Test
    void readsLinearRopeScaling() throws IOException {
        ModelConfig config =
                read(2, keys -> keys.key("llama.rope.scaling.type", "linear").key("llama.rope.scaling.factor", 4f));
        double[] frequencies = config.rope().frequencies();
        assertThat(frequencies).hasSize(4);
        assertThat(frequencies[0]).isCloseTo(0.25, within(1e-12));
        assertThat(frequencies[2]).isCloseTo(0.01 / 4, within(1e-12));
        assertThat(config.rope().frequencies(new float[] {2, 1, 1, 1})[0]).isCloseTo(0.125, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"expert_count, 8", "attention.sliding_window, 16", "pooling_type, 1", "attention.scale, 2"})
    void refusesByNameWhatItDoesNotCompute(String name, int value) {
        assertThatThrownBy(() -> read(1, keys -> keys.key("llama." + name, value)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("llama." + name)
                .hasMessageContaining("not supported");
    }

    @Test
    void refusesOtherScalings() {
        assertThatThrownBy(() -> read(1, keys -> keys.key("llama.rope.scaling.type", "yarn")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("llama.rope.scaling.type is yarn");
        assertThatThrownBy(() -> read(1, keys -> keys.key("llama.final_logit_softcapping", 30f)))
                .hasMessageContaining("llama.final_logit_softcapping is 30.0");
    }

    @ParameterizedTest
    @CsvSource({
        "attention.head_count_kv, 3, must divide the 4 heads",
        "attention.value_length, 4, must equal the key length 8",
        "rope.dimension_count, 7, must be even",
        "rope.dimension_count, 10, at most the head's width",
        "attention.head_count_kv, 0, from 1 to"
    })
    void refusesContradictions(String name, int value, String problem) {
        assertThatThrownBy(() -> read(1, keys -> keys.key("llama." + name, value)))
                .isInstanceOfSatisfying(
                        ModelFileException.class, e -> assertThat(e.offset()).isPositive())
                .hasMessageContaining(problem);
    }

    @Test
    void refusesOtherArchitecturesAndMissingKeys() throws IOException {
        Path other = GgufBytes.header(0, 1).key("general.architecture", "mamba").write(folder.resolve("other.gguf"));
        Path empty = GgufBytes.header(0, 1).key("general.architecture", "llama").write(folder.resolve("empty.gguf"));
        try (GgufFile mamba = GgufFile.open(other);
                GgufFile bare = GgufFile.open(empty)) {
            assertThatThrownBy(() -> GgufConfig.read(mamba)).hasMessageContaining("is mamba; supported is llama");
            assertThatThrownBy(() -> GgufConfig.read(bare)).hasMessageContaining("llama.embedding_length is missing");
            assertThatThrownBy(() -> GgufVocabulary.read(bare)).hasMessageContaining("tokenizer.ggml.model is missing");
        }
    }

    @Test
    void refusesAVocabularyOfAnotherSize() {
        assertThatThrownBy(() -> read(0, keys -> keys, "a", "b"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("has 3 rows, there are 2 tokens");
    }

    private ModelConfig read(int more, UnaryOperator<GgufBytes> keys) throws IOException {
        return read(more, keys, "a", "b", "c");
    }

    private ModelConfig read(int more, UnaryOperator<GgufBytes> keys, String... tokens) throws IOException {
        GgufBytes bytes = GgufBytes.header(1, KEYS + more)
                .key("general.architecture", "llama")
                .key("llama.context_length", 64)
                .key("llama.embedding_length", 32)
                .key("llama.block_count", 1)
                .key("llama.feed_forward_length", 64)
                .key("llama.attention.head_count", 4)
                .key("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .key("tokenizer.ggml.tokens", tokens);
        Path path = keys.apply(bytes)
                .tensor("token_embd.weight", 0, 0, 32, 3)
                .data(32 * 3 * 4)
                .write(folder.resolve("model.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            return GgufConfig.read(file);
        }
    }

    @Test
    void refusesIdsOutsideTheVocabulary() throws IOException {
        Path path = GgufBytes.header(0, 3)
                .key("tokenizer.ggml.model", "gpt2")
                .key("tokenizer.ggml.tokens", new String[] {"a", "b"})
                .key("tokenizer.ggml.eos_token_id", 2)
                .write(folder.resolve("ids.gguf"));
        try (GgufFile file = GgufFile.open(path)) {
            assertThat(file.metadata().strings("tokenizer.ggml.tokens")).isEqualTo(List.of("a", "b"));
            assertThatThrownBy(() -> GgufVocabulary.read(file))
                    .hasMessageContaining("eos_token_id is 2, there are 2 tokens");
        }
    }
}

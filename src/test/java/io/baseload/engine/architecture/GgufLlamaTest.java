package io.baseload.engine.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Vocabulary;
import io.baseload.engine.config.Activation;
import io.baseload.engine.config.EncoderConfig;
import io.baseload.engine.config.EncoderOutput;
import io.baseload.engine.config.Factors;
import io.baseload.engine.config.Gated;
import io.baseload.engine.config.GroupedQuery;
import io.baseload.engine.config.LayerConfig;
import io.baseload.engine.config.ModelConfig;
import io.baseload.engine.config.Norms;
import io.baseload.engine.config.Pooling;
import io.baseload.engine.config.QueryKeyNorm;
import io.baseload.engine.config.Rope;
import io.baseload.engine.config.RopeScaling;
import io.baseload.engine.config.Scores;
import io.baseload.engine.format.GgufVocabulary;
import io.baseload.engine.format.Metadata;
import io.baseload.engine.format.ModelFolder;
import io.baseload.testing.GgufBytes;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GgufLlamaTest {
    /** What every file here has, beside the keys of a test. */
    private static final int KEYS = 8;

    @TempDir
    Path folder;

    @Test
    void readsTheBundledModel() {
        try (ModelFolder file = ModelFolder.open(TestModels.smolLm2())) {
            ModelConfig config = Architectures.of(file).config();
            assertThat(config)
                    .isEqualTo(new ModelConfig(
                            "llama",
                            "Smollm2 135M 8k Lc100K Mix1 Ep2",
                            8192,
                            49_152,
                            576,
                            true,
                            new Norms(Norms.Placement.PRE, 1e-5f),
                            Factors.NONE,
                            Collections.nCopies(
                                    30,
                                    new LayerConfig(
                                            new GroupedQuery(
                                                    9,
                                                    3,
                                                    64,
                                                    Optional.of(new Rope(100_000, 64, new RopeScaling.None())),
                                                    new Scores(0.125f, 0, 0, false),
                                                    QueryKeyNorm.NONE,
                                                    false,
                                                    false),
                                            new Gated(1536, Activation.SILU, false))),
                            Optional.empty()));
            Vocabulary.Gguf vocabulary = GgufVocabulary.read((Metadata) file.keys());
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
        assertThat(config.attention().kvHeads()).isEqualTo(4);
        assertThat(config.attention().keyDim()).isEqualTo(8);
        assertThat(rope(config)).isEqualTo(new Rope(10_000, 8, new RopeScaling.None()));
    }

    @Test
    void readsLinearRopeScaling() throws IOException {
        ModelConfig config =
                read(2, keys -> keys.key("llama.rope.scaling.type", "linear").key("llama.rope.scaling.factor", 4f));
        assertThat(rope(config).scaling()).isEqualTo(new RopeScaling.Linear(4));
    }

    @ParameterizedTest
    @CsvSource({"attention.clamp_kqv, 8", "attention.scale, 2"})
    void refusesByNameWhatItDoesNotCompute(String name, int value) {
        assertThatThrownBy(() -> read(1, keys -> keys.key("llama." + name, value)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("llama." + name)
                .hasMessageContaining("not supported");
    }

    @Test
    void poolingMakesAnEncoder() throws IOException {
        EncoderOutput last = new EncoderOutput.Embedding(Pooling.LAST, true);
        assertThat(read(1, keys -> keys.key("llama.pooling_type", 3)).encoder())
                .hasValue(EncoderConfig.ofDecoder(last));
        assertThat(read(1, keys -> keys.key("llama.pooling_type", 0)).encoder()).isEmpty();
        assertThatThrownBy(() -> read(1, keys -> keys.key("llama.pooling_type", 4)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("llama.pooling_type is 4; supported are 1 (mean), 2 (first) and 3 (last)");
    }

    @Test
    void refusesOtherScalings() {
        assertThatThrownBy(() -> read(1, keys -> keys.key("llama.rope.scaling.type", "grouped")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("llama.rope.scaling.type is grouped");
        assertThatThrownBy(() -> read(1, keys -> keys.key("llama.final_logit_softcapping", 30f)))
                .hasMessageContaining("llama.final_logit_softcapping asks for something that is not supported");
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
        try (ModelFolder mamba = ModelFolder.open(other);
                ModelFolder bare = ModelFolder.open(empty)) {
            assertThatThrownBy(() -> Architectures.of(mamba)).hasMessageContaining("is mamba; supported are ");
            assertThatThrownBy(() -> Architectures.of(bare)).hasMessageContaining("llama.embedding_length is missing");
            assertThatThrownBy(() -> GgufVocabulary.read((Metadata) bare.keys()))
                    .hasMessageContaining("tokenizer.ggml.model is missing");
        }
    }

    /** Each layer takes memory, also if the file has no tensors for it. */
    @Test
    void layersAreLimited() throws IOException {
        Path path = GgufBytes.header(0, 5)
                .key("general.architecture", "gemma3")
                .key("gemma3.context_length", 64)
                .key("gemma3.embedding_length", 32)
                .key("gemma3.attention.head_count", 4)
                .key("gemma3.block_count", 16_777_216)
                .write(folder.resolve("layers.gguf"));
        try (ModelFolder file = ModelFolder.open(path)) {
            assertThatThrownBy(() -> Architectures.of(file))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("gemma3.block_count is 16777216; it must be from 1 to 4096");
        }
    }

    @Test
    void refusesAVocabularyOfAnotherSize() {
        assertThatThrownBy(() -> read(0, keys -> keys, "a", "b"))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("has 3 rows, but there are 2 tokens");
    }

    @Test
    void readsASlidingWindow() throws IOException {
        ModelConfig config = read(1, keys -> keys.key("llama.attention.sliding_window", 16));
        assertThat(((GroupedQuery) config.attention()).scores().window()).isEqualTo(16);
    }

    private static Rope rope(ModelConfig config) {
        return ((GroupedQuery) config.attention()).rope().orElseThrow();
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
        try (ModelFolder file = ModelFolder.open(path)) {
            return Architectures.of(file).config();
        }
    }

    @Test
    void refusesIdsOutsideTheVocabulary() throws IOException {
        Path path = GgufBytes.header(0, 3)
                .key("tokenizer.ggml.model", "gpt2")
                .key("tokenizer.ggml.tokens", new String[] {"a", "b"})
                .key("tokenizer.ggml.eos_token_id", 2)
                .write(folder.resolve("ids.gguf"));
        try (ModelFolder file = ModelFolder.open(path)) {
            assertThat(((Metadata) file.keys()).strings("tokenizer.ggml.tokens"))
                    .isEqualTo(List.of("a", "b"));
            assertThatThrownBy(() -> GgufVocabulary.read((Metadata) file.keys()))
                    .hasMessageContaining("eos_token_id is 2, but there are 2 tokens");
        }
    }
}

package io.baseload.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.EncoderText;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.ModelClosedException;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.ModelTask;
import io.baseload.engine.api.Precision;
import io.baseload.engine.api.Quantization;
import io.baseload.testing.TestModels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Encoders, compared with transformers with the same weights: {@code src/test/resources/encoders/make.py} made both. Those of GGUF and GTE are by the scripts next to it. */
class EncoderTest {
    private static final Engine ENGINE = Engine.open(EngineOptions.defaults());
    private static final LoadOptions EXACT =
            LoadOptions.named("encoder").withPrecision(Precision.EXACT).withWarmUp(false);

    @TempDir
    Path temp;

    @AfterAll
    static void close() {
        ENGINE.close();
    }

    private static Path folder(String name) {
        return Path.of("src/test/resources/encoders", name);
    }

    private static JsonNode expected(String name) {
        return new ObjectMapper().readTree(folder(name).resolve("expected.json").toFile());
    }

    private static List<EncoderText> texts(JsonNode expected) {
        List<EncoderText> texts = new ArrayList<>();
        for (int i = 0; i < expected.path("ids").size(); i++) {
            int[] ids = expected.path("ids")
                    .path(i)
                    .valueStream()
                    .mapToInt(JsonNode::asInt)
                    .toArray();
            texts.add(new EncoderText(ids, expected.path("second").path(i).asInt(ids.length)));
        }
        return texts;
    }

    private static void compare(List<float[]> outputs, JsonNode expected, float tolerance) {
        assertThat(outputs).hasSize(expected.path("vectors").size());
        for (int i = 0; i < outputs.size(); i++) {
            JsonNode vector = expected.path("vectors").path(i);
            assertThat(outputs.get(i)).hasSize(vector.size());
            for (int k = 0; k < vector.size(); k++) {
                assertThat(outputs.get(i)[k]).isCloseTo(vector.path(k).floatValue(), within(tolerance));
            }
        }
    }

    /** Compares whole vectors: the length of a difference is at most this part p of the expected vector's, so 1 minus the cosine is about p² / 2. */
    private static void compareLengths(List<float[]> outputs, JsonNode expected, double part) {
        assertThat(outputs).hasSize(expected.path("vectors").size());
        for (int i = 0; i < outputs.size(); i++) {
            JsonNode vector = expected.path("vectors").path(i);
            assertThat(outputs.get(i)).hasSize(vector.size());
            double difference = 0;
            double length = 0;
            for (int k = 0; k < vector.size(); k++) {
                difference = Math.hypot(
                        difference, outputs.get(i)[k] - vector.path(k).doubleValue());
                length = Math.hypot(length, vector.path(k).doubleValue());
            }
            assertThat(difference).isLessThanOrEqualTo(part * length);
        }
    }

    /** The same with vectors of length 1, as GGUF's are. */
    private static JsonNode unit(JsonNode expected) {
        ObjectNode unit = (ObjectNode) expected.deepCopy();
        ArrayNode vectors = unit.putArray("vectors");
        for (JsonNode vector : expected.path("vectors")) {
            double length = Math.sqrt(vector.valueStream()
                    .mapToDouble(JsonNode::asDouble)
                    .map(x -> x * x)
                    .sum());
            ArrayNode scaled = vectors.addArray();
            vector.forEach(x -> scaled.add(x.asDouble() / length));
        }
        return unit;
    }

    private static org.assertj.core.data.Offset<Float> within(float tolerance) {
        return org.assertj.core.data.Offset.offset(tolerance);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert-mean",
                "bert-cls",
                "bert-rank",
                "xlmr-rank",
                "roberta-rank",
                "distilbert-mean",
                "nomic-mean",
                "modernbert-cls",
                "gte-cls",
                "gte-rank",
                "qwen3-last"
            })
    void eachTextIsAsItsReferenceInAnyCompany(String name) {
        JsonNode expected = expected(name);
        List<EncoderText> texts = texts(expected);
        compare(eachInAnyCompany(name, texts, Precision.EXACT), expected, 1e-5f);
        compareLengths(eachInAnyCompany(name, texts, Precision.FAST), expected, 5e-4);
    }

    /** The outputs for texts, which are the same for each alone. */
    private static List<float[]> eachInAnyCompany(String name, List<EncoderText> texts, Precision precision) {
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder(name), EXACT.withPrecision(precision))) {
            List<float[]> together = encoder.encode(texts, FlowId.NONE).join();
            for (int i = 0; i < texts.size(); i++) {
                assertThat(encoder.encode(List.of(texts.get(i)), FlowId.NONE).join())
                        .containsExactly(together.get(i));
            }
            return together;
        }
    }

    @Test
    void theEstimateIncludesQuantizedRows() {
        LoadOptions exact = EXACT.withQuantization(Quantization.Q8);
        LoadOptions fast = exact.withPrecision(Precision.FAST);
        long more = ENGINE.estimate(folder("bert-mean"), fast).scratch()
                - ENGINE.estimate(folder("bert-mean"), exact).scratch();
        boolean quantizes = !ENGINE.kernels(folder("bert-mean"), fast).prefill().startsWith("f32");
        assertThat(more > 0).isEqualTo(quantizes);
    }

    @ParameterizedTest
    @CsvSource({
        "bert-mean, EMBED",
        "nomic-mean, EMBED",
        "xlmr-cls, EMBED",
        "xlmr-rank, RANK",
        "roberta-rank, RANK",
        "modernbert-cls, EMBED"
    })
    void aGgufFileIsAsItsReference(String name, ModelTask task) {
        JsonNode expected = expected(name);
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder(name + ".gguf"), EXACT)) {
            assertThat(encoder.info().task()).isEqualTo(task);
            compare(
                    encoder.encode(texts(expected), FlowId.NONE).join(),
                    task == ModelTask.EMBED ? unit(expected) : expected,
                    1e-5f);
        }
    }

    @Test
    void moreTextsThanAStepHasRoomForComeInTheirOrder() {
        List<EncoderText> texts = texts(expected("bert-mean"));
        List<EncoderText> many = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            many.addAll(texts);
        }
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder("bert-mean"), EXACT)) {
            List<float[]> once = encoder.encode(texts, FlowId.NONE).join();
            List<float[]> outputs = encoder.encode(many, FlowId.NONE).join();
            for (int i = 0; i < outputs.size(); i++) {
                assertThat(outputs.get(i)).containsExactly(once.get(i % once.size()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bert-mean, EMBED, 32",
        "bert-rank, RANK, 1",
        "modernbert-cls, EMBED, 32",
        "modernbert-cls.gguf, EMBED, 32",
        "nomic-mean.gguf, EMBED, 32",
        "xlmr-cls.gguf, EMBED, 32",
        "xlmr-rank.gguf, RANK, 1",
        "roberta-rank.gguf, RANK, 1",
        "gte-cls, EMBED, 32",
        "gte-rank, RANK, 1",
        "qwen3-last, EMBED, 32"
    })
    void anImportedEncoderIsTheSame(String name, ModelTask task, int dimensions) throws Exception {
        Path stored = Files.createDirectory(temp.resolve("stored"));
        var made = ENGINE.convert(folder(name), stored, Optional.empty(), ByteProgress.NONE);
        assertThat(made.quantization()).isEqualTo(Quantization.KEEP);
        assertThat(ENGINE.inspect(stored).task()).isEqualTo(task);
        JsonNode expected = expected(name.replace(".gguf", ""));
        try (LoadedEncoder encoder = ENGINE.loadEncoder(stored, EXACT)) {
            assertThat(encoder.dimensions()).isEqualTo(dimensions);
            boolean unit = name.endsWith(".gguf") && task == ModelTask.EMBED;
            compare(encoder.encode(texts(expected), FlowId.NONE).join(), unit ? unit(expected) : expected, 1e-5f);
        }
    }

    @Test
    void aWrongTextIsRefusedByWhatIsWrong() {
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder("bert-mean"), EXACT)) {
            assertThat(encoder.contextLength()).isEqualTo(128);
            assertRefused(encoder, new int[0], "at least one token");
            assertRefused(encoder, new int[129], "at most 128 tokens, not 129");
            assertRefused(encoder, new int[] {160}, "ids from 0 to 159, not 160");
        }
    }

    private static void assertRefused(LoadedEncoder encoder, int[] ids, String why) {
        assertThatThrownBy(() -> encoder.encode(List.of(EncoderText.of(ids)), FlowId.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aClosedEncoderEndsItsRunningWorkAndFreesItsMemory() {
        LoadedEncoder encoder = ENGINE.loadEncoder(folder("bert-mean"), EXACT);
        var running = encoder.encode(texts(expected("bert-mean")), FlowId.NONE);
        encoder.close();
        assertThat(running.join()).hasSize(6);
        encoder.freed().join();
        assertThatThrownBy(() -> encoder.encode(List.of(EncoderText.of(new int[] {1})), FlowId.NONE))
                .isInstanceOf(ModelClosedException.class);
    }

    @Test
    void encodersDontGenerateAndGeneratingModelsDontEncode() {
        assertThatThrownBy(() -> ENGINE.load(folder("bert-mean"), EXACT))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("is an encoder and can't generate");
        assertThatThrownBy(() -> ENGINE.loadEncoder(TestModels.smolLm2(), EXACT))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("is a generating model, not an encoder");
    }

    /** A model that sees both sides would be computed as if it saw only one. */
    @Test
    void aDecoderWithoutACausalMaskIsRefused() throws Exception {
        configure("qwen3-last", "\"is_causal\": false");
        assertThatThrownBy(() -> ENGINE.inspect(temp))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("is_causal is not known");
    }

    /** Keys of the published BERT, XLM-R and cross-encoders. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        xlmr-rank | "output_past": true, "sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity"
        bert-mean | "directionality": "bidi", "pooler_fc_size": 768, "pooler_num_attention_heads": 12, "pooler_num_fc_layers": 3, "pooler_size_per_head": 128, "pooler_type": "first_token_transform"
        """)
    void keysThatChangeNothingAreIgnored(String name, String keys) throws Exception {
        configure(name, keys);
        assertThat(ENGINE.inspect(temp).task()).isNotEqualTo(ModelTask.GENERATE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "pack_qkv": true               | "pack_qkv": false             | pack_qkv is false; supported is true
        "logn_attention_scale": false  | "logn_attention_scale": true  | logn_attention_scale is true; supported is false
        "factor": 8.0                  | "factor": 8.0, "mixed_b": 0.6 | rope_scaling.mixed_b is 0.6; supported is null
        "type": "ntk"                  | "type": "mixed"               | rope_scaling.rope_type is mixed
        "position_embedding_type": "rope" | "position_embedding_type": "absolute" | position_embedding_type is absolute; supported is rope
        """)
    void aGteModelThatIsComputedOtherwiseIsRefused(String published, String other, String why) throws Exception {
        Files.copy(folder("gte-cls").resolve("model.safetensors"), temp.resolve("model.safetensors"));
        String config = Files.readString(folder("gte-cls").resolve("config.json"));
        assertThat(config).contains(published);
        Files.writeString(temp.resolve("config.json"), config.replace(published, other));
        assertThatThrownBy(() -> ENGINE.inspect(temp))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(why);
    }

    @Test
    void aMeanWithoutThePromptIsRefused() throws Exception {
        configure("bert-mean", "\"output_past\": true");
        Files.copy(folder("bert-mean").resolve("modules.json"), temp.resolve("modules.json"));
        Path pooling = Files.createDirectory(temp.resolve("1_Pooling")).resolve("config.json");
        Files.writeString(pooling, "{\"pooling_mode\": \"mean\", \"include_prompt\": false}");
        assertThatThrownBy(() -> ENGINE.inspect(temp))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("include_prompt is false");
        Files.writeString(pooling, "{\"pooling_mode\": \"mean\", \"include_prompt\": true}");
        assertThat(ENGINE.inspect(temp).task()).isEqualTo(ModelTask.EMBED);
    }

    /** Sentence-transformers cuts texts at this length, with which the model was trained. */
    @ParameterizedTest
    @CsvSource({"16, 16", "512, 128", "null, 128"})
    void textsAreAsLongAsTheFilesSay(String inFile, int length) throws Exception {
        configure("bert-mean", "\"output_past\": true");
        Files.writeString(temp.resolve("sentence_bert_config.json"), "{\"max_seq_length\": " + inFile + "}");
        assertThat(ENGINE.inspect(temp).contextLength()).isEqualTo(length);
        Path stored = Files.createDirectory(temp.resolve("stored"));
        ENGINE.convert(temp, stored, Optional.empty(), ByteProgress.NONE);
        try (LoadedEncoder encoder = ENGINE.loadEncoder(stored, EXACT)) {
            assertThat(encoder.contextLength()).isEqualTo(length);
            assertRefused(encoder, new int[length + 1], "at most " + length + " tokens");
        }
    }

    @Test
    void aLengthThatIsNoneIsRefused() throws Exception {
        configure("bert-mean", "\"output_past\": true");
        Files.writeString(temp.resolve("sentence_bert_config.json"), "{\"max_seq_length\": 0}");
        assertThatThrownBy(() -> ENGINE.inspect(temp))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("sentence_bert_config.json")
                .hasMessageContaining("max_seq_length is 0; it must be positive");
    }

    /** Changes a file without moving its tensors: 32 more labels of 15 bytes are a multiple of their alignment. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        LABEL_0 | LABEL_0 | 33 | bert.classifier.output_labels has 33 labels
        cls.weight | cls.weigh_ | 1 | general.architecture is bert, with a classifier, but the tensor cls.weight is missing
        cls.output.bias | cls.output.mias | 1 | tensor cls.output.bias is missing
        """)
    void aGgufClassifierThatIsNotWholeIsRefused(String what, String instead, int count, String why) throws Exception {
        byte[] bytes = Files.readAllBytes(folder("xlmr-rank.gguf"));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        String label = text.substring(text.indexOf("\7\0\0\0\0\0\0\0LABEL_0"), text.indexOf("LABEL_0") + 7);
        String changed = text.replace(what, instead)
                .replace("\1\0\0\0\0\0\0\0" + label, (char) count + "\0\0\0\0\0\0\0" + label.repeat(count));
        Path file = temp.resolve("model.gguf");
        Files.write(file, changed.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ENGINE.loadEncoder(file, EXACT).close())
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("model.gguf")
                .hasMessageContaining(why);
    }

    /** Its classifier would be left out, and what remains would be taken for an embedding. */
    @Test
    void aGgufClassifierOfModernBertIsRefused() throws Exception {
        byte[] bytes = Files.readAllBytes(folder("modernbert-cls.gguf"));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int type = text.indexOf("modern-bert.pooling_type") + "modern-bert.pooling_type".length() + 4;
        bytes[type] = 4;
        Path file = Files.write(temp.resolve("model.gguf"), bytes);
        assertThatThrownBy(() -> ENGINE.inspect(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("general.architecture has a classifier, which is not supported in modern-bert");
    }

    /** Copies a model, with more keys in its configuration. */
    private void configure(String name, String keys) throws Exception {
        Files.copy(folder(name).resolve("model.safetensors"), temp.resolve("model.safetensors"));
        String config = Files.readString(folder(name).resolve("config.json"));
        Files.writeString(temp.resolve("config.json"), config.replaceFirst("\\{", "{" + keys + ","));
    }

    @Test
    void aModuleThatIsNotKnownIsRefused() throws Exception {
        for (String file : Arrays.asList("config.json", "model.safetensors")) {
            Files.copy(folder("bert-mean").resolve(file), temp.resolve(file));
        }
        Files.writeString(temp.resolve("modules.json"), """
            [{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.Dense"}]\
            """);
        assertThatThrownBy(() -> ENGINE.inspect(temp))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("modules.json: at byte")
                .hasMessageContaining("a module other than Transformer, Pooling and Normalize isn't supported");
    }
}

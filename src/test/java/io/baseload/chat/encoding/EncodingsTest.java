package io.baseload.chat.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.EncodingInput;
import io.baseload.chat.api.EncodingRequest;
import io.baseload.chat.api.Encodings;
import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.tokenizer.HeldTurn;
import io.baseload.chat.tokenizer.LongTexts;
import io.baseload.chat.tokenizer.Tokenizer;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.EngineOptions;
import io.baseload.engine.api.FlowId;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.ModelFileException;
import io.baseload.engine.api.Precision;
import io.baseload.engine.format.VocabularyFiles;
import io.baseload.testing.Patience;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Text for encoders, compared with transformers and tokenizers: {@code src/test/resources/encoders/make.py} made both. */
class EncodingsTest {
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

    private static JsonNode json(Path file) {
        return new ObjectMapper().readTree(file.toFile());
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }

    private static EncodingRequest texts(List<String> texts) {
        return new EncodingRequest(new EncodingInput.Texts(texts, Optional.empty()), OptionalInt.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert-mean",
                "bert-cls",
                "distilbert-mean",
                "gte-cls",
                "bert-mean.gguf",
                "nomic-mean.gguf",
                "xlmr-cls.gguf"
            })
    void vectorsOfTextsAreTheReferences(String name) {
        JsonNode expected = json(folder(name.replace(".gguf", "")).resolve("expected.json"));
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder(name), EXACT)) {
            var prepared = Encodings.of(encoder).prepare(texts(texts(expected.path("texts"))));
            assertThat(prepared.tokens())
                    .isEqualTo(expected.path("ids")
                            .valueStream()
                            .mapToInt(JsonNode::size)
                            .sum());
            assertThat(prepared.dimensions())
                    .isEqualTo(expected.at("/vectors/0").size());
            compare(prepared.start().outputs().join(), expected.path("vectors"));
        }
    }

    @Test
    void longTextsOfOneFlowDelayNeitherThoseOfOthersNorShortOnes() throws Exception {
        var a = new FlowId("a");
        EncodingRequest large = texts(Collections.nCopies(LongTexts.MAX_SHORT_CHARACTERS, "hi"));
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder("bert-mean"), EXACT)) {
            Encodings encodings = Encodings.of(encoder);
            CompletableFuture<Integer> behind;
            try (var held = new HeldTurn(a)) {
                behind = HeldTurn.behind(
                        () -> encodings.prepare(large, a, Integer.MAX_VALUE).tokens());
                assertThat(encodings
                                .prepare(large, new FlowId("b"), Integer.MAX_VALUE)
                                .tokens())
                        .isGreaterThan(LongTexts.MAX_SHORT_CHARACTERS);
                assertThat(encodings
                                .prepare(texts(List.of("hi")), a, Integer.MAX_VALUE)
                                .tokens())
                        .isPositive();
                assertThat(behind).isNotDone();
            }
            assertThat(behind).succeedsWithin(Patience.LIMIT);
        }
    }

    @Test
    void documentsAreRankedAsByTheReference() {
        JsonNode expected = json(folder("bert-rank").resolve("expected.json"));
        List<Float> scores = new ArrayList<>();
        expected.path("vectors").forEach(vector -> scores.add(vector.path(0).floatValue()));
        assertRanked("bert-rank", expected.path("pairs"), scores);
        JsonNode roberta = json(folder("roberta-rank").resolve("expected.json"));
        for (String name : List.of("roberta-rank", "roberta-rank.gguf")) {
            assertRanked(
                    name,
                    roberta.path("pairs"),
                    roberta.path("vectors")
                            .valueStream()
                            .map(vector -> vector.path(0).floatValue())
                            .toList());
        }
        JsonNode gguf = json(folder("xlmr-cls").resolve("tokens.json"));
        assertRanked(
                "xlmr-rank.gguf",
                gguf.path("pairs"),
                gguf.path("scores").valueStream().map(JsonNode::floatValue).toList());
    }

    private static void assertRanked(String name, JsonNode pairs, List<Float> expected) {
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder(name), EXACT)) {
            Encodings encodings = Encodings.of(encoder);
            for (int i = 0; i < pairs.size(); i++) {
                List<String> pair = texts(pairs.path(i));
                var input = new EncodingInput.Documents(pair.getFirst(), List.of(pair.getLast()));
                List<float[]> scores = encodings
                        .prepare(new EncodingRequest(input, OptionalInt.empty()))
                        .start()
                        .outputs()
                        .join();
                assertThat(scores.getFirst()[0]).isCloseTo(expected.get(i), Offset.offset(1e-5f));
            }
        }
    }

    @Test
    void aLongQueryIsNotTokenizedWithEachDocument() {
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder("bert-rank"), EXACT)) {
            Encodings encodings = Encodings.of(encoder);
            var beyondTheContext = new CountedDocuments();
            var input = new EncodingInput.Documents("the cat ".repeat(100), beyondTheContext);
            assertRefused(
                    encodings,
                    new EncodingRequest(input, OptionalInt.empty()),
                    "documents[0]",
                    "maximum context length is 128 tokens");
            assertThat(beyondTheContext.read)
                    .as("for their lengths, and one pair")
                    .isEqualTo(CountedDocuments.SIZE + 1);
            var beyondTheRequest = new CountedDocuments();
            var request = new EncodingRequest(
                    new EncodingInput.Documents("the cat ".repeat(20), beyondTheRequest), OptionalInt.empty());
            assertThatThrownBy(() -> encodings.prepare(request, FlowId.NONE, 100))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage("Invalid 'documents': a request may have at most 100 tokens.");
            assertThat(beyondTheRequest.read)
                    .as("with more than twenty tokens each")
                    .isLessThan(CountedDocuments.SIZE + 5);
        }
    }

    /** Equal documents, of which it counts how many were read. */
    private static final class CountedDocuments extends AbstractList<String> {
        private static final int SIZE = 2048;
        private int read;

        @Override
        public String get(int index) {
            read++;
            return "a";
        }

        @Override
        public int size() {
            return SIZE;
        }
    }

    private static void compare(List<float[]> vectors, JsonNode expected) {
        for (int i = 0; i < vectors.size(); i++) {
            for (int k = 0; k < vectors.get(i).length; k++) {
                assertThat(vectors.get(i)[k]).isCloseTo(expected.path(i).path(k).floatValue(), Offset.offset(1e-5f));
            }
        }
    }

    @Test
    void unigramGivesTheReferencesIdsOfTextsAndPairs() {
        Tokenizer tokenizer = Tokenizer.of(VocabularyFiles.read(folder("xlmr-rank")));
        JsonNode expected = json(folder("xlmr-rank").resolve("tokens.json"));
        List<String> texts = texts(expected.path("texts"));
        for (int i = 0; i < texts.size(); i++) {
            assertThat(tokenizer.encodeWhole(texts.get(i)))
                    .as(texts.get(i))
                    .isEqualTo(ints(expected.path("ids").path(i)));
        }
        for (int i = 0; i < expected.path("pairs").size(); i++) {
            List<String> pair = texts(expected.path("pairs").path(i));
            var joined = tokenizer.encodePair(pair.getFirst(), pair.getLast());
            assertThat(joined.tokens()).isEqualTo(ints(expected.path("pair_ids").path(i)));
            assertThat(joined.second()).as("one segment serves both").isEqualTo(joined.tokens().length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta-rank", "roberta-rank.gguf"})
    void robertasBytePairsGiveTheReferencesIdsOfTextsAndPairs(String name) {
        JsonNode expected = json(folder("roberta-rank").resolve("tokens.json"));
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder(name), EXACT)) {
            Tokenizer tokenizer = Tokenizer.of(encoder.vocabulary());
            for (int i = 0; i < expected.path("texts").size(); i++) {
                String text = expected.path("texts").path(i).asString();
                assertThat(tokenizer.encodeWhole(text))
                        .as(text)
                        .isEqualTo(ints(expected.path("ids").path(i)));
            }
            for (int i = 0; i < expected.path("pairs").size(); i++) {
                List<String> pair = texts(expected.path("pairs").path(i));
                assertThat(tokenizer.encodePair(pair.getFirst(), pair.getLast()).tokens())
                        .as(pair.toString())
                        .isEqualTo(ints(expected.path("pair_ids").path(i)));
            }
        }
    }

    @Test
    void modernBertInGgufGivesTheReferencesIds() {
        JsonNode expected = json(folder("modernbert-cls").resolve("tokens.json"));
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder("modernbert-cls.gguf"), EXACT)) {
            Tokenizer tokenizer = Tokenizer.of(encoder.vocabulary());
            for (int i = 0; i < expected.path("texts").size(); i++) {
                String text = expected.path("texts").path(i).asString();
                assertThat(tokenizer.encodeWhole(text))
                        .as(text)
                        .isEqualTo(ints(expected.path("ids").path(i)));
            }
        }
    }

    private static int[] ints(JsonNode list) {
        return list.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    /** Only the template of pairs has it, so single texts don't show it. */
    @Test
    void refusesATokenBetweenTwoTextsThatTheVocabularyOmits() throws Exception {
        copy("bert-rank");
        Path file = temp.resolve("tokenizer.json");
        ObjectNode root = (ObjectNode) json(file);
        ObjectNode join = ((ObjectNode) root.at("/post_processor/special_tokens")).putObject("[JOIN]");
        join.put("id", "[JOIN]").putArray("ids").add(160);
        join.putArray("tokens").add("[JOIN]");
        ((ArrayNode) root.at("/post_processor/pair"))
                .insertObject(2)
                .putObject("SpecialToken")
                .put("id", "[JOIN]")
                .put("type_id", 0);
        Files.writeString(file, root.toString());
        try (LoadedEncoder encoder = ENGINE.loadEncoder(temp, EXACT)) {
            assertThatThrownBy(() -> Encodings.of(encoder))
                    .isInstanceOf(ModelFileException.class)
                    .hasMessageContaining("the tokenizer adds the token 160 to texts, expected 0 to 159");
        }
    }

    @Test
    void promptsAndShorterVectorsAreWhatTheFilesAllow() throws Exception {
        copy("bert-cls");
        Files.writeString(temp.resolve("config_sentence_transformers.json"), """
            {"prompts": {"query": "the ", "document": ""}, "default_prompt_name": "query"}\
            """);
        String config = Files.readString(temp.resolve("config.json"));
        Files.writeString(
                temp.resolve("config.json"), config.replaceFirst("\\{", "{\"matryoshka_dimensions\": [8, 16],"));
        try (LoadedEncoder encoder = ENGINE.loadEncoder(temp, EXACT)) {
            Encodings encodings = Encodings.of(encoder);
            float[] whole = vector(encodings, "the cat", Optional.of("document"), OptionalInt.empty());
            assertThat(vector(encodings, "cat", Optional.empty(), OptionalInt.empty()))
                    .containsExactly(whole);
            assertThat(vector(encodings, "cat", Optional.of("query"), OptionalInt.of(32)))
                    .containsExactly(whole);
            float[] cut = vector(encodings, "cat", Optional.empty(), OptionalInt.of(8));
            assertThat(cut).hasSize(8);
            double squares = 0;
            for (float number : cut) {
                squares += number * number;
            }
            assertThat(squares).isCloseTo(1, Offset.offset(1e-5));
            assertThat(cut[1] / cut[0]).isCloseTo(whole[1] / whole[0], Offset.offset(1e-4f));
            assertRefused(
                    encodings,
                    new EncodingRequest(
                            new EncodingInput.Texts(List.of("a"), Optional.of("poem")), OptionalInt.empty()),
                    "prompt_name",
                    "'document', 'query'");
            assertRefused(
                    encodings,
                    new EncodingRequest(new EncodingInput.Texts(List.of("a"), Optional.empty()), OptionalInt.of(9)),
                    "dimensions",
                    "8, 16");
        }
    }

    private static float[] vector(Encodings encodings, String text, Optional<String> prompt, OptionalInt dimensions) {
        var request = new EncodingRequest(new EncodingInput.Texts(List.of(text), prompt), dimensions);
        return encodings.prepare(request).start().outputs().join().getFirst();
    }

    private void copy(String name) throws Exception {
        try (Stream<Path> files = Files.walk(folder(name))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = temp.resolve(folder(name).relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    /** Sentence-transformers does so before it tokenizes, whatever the tokenizer does with case. */
    @Test
    void textsBecomeLowerCaseIfTheFilesSaySo() throws Exception {
        copy("bert-mean");
        Path tokenizer = temp.resolve("tokenizer.json");
        Files.writeString(
                tokenizer, Files.readString(tokenizer).replace("\"lowercase\": true", "\"lowercase\": false"));
        Path settings = temp.resolve("sentence_bert_config.json");
        Files.writeString(settings, "{\"max_seq_length\": 128, \"do_lower_case\": false}");
        float[] cased = vectorOfCapitals();
        Files.writeString(settings, "{\"max_seq_length\": 128, \"do_lower_case\": true}");
        float[] lowerCase = vectorOfCapitals();
        try (LoadedEncoder encoder = ENGINE.loadEncoder(temp, EXACT)) {
            assertThat(vector(Encodings.of(encoder), "the cat", Optional.empty(), OptionalInt.empty()))
                    .containsExactly(lowerCase)
                    .isNotEqualTo(cased);
        }
    }

    private float[] vectorOfCapitals() {
        try (LoadedEncoder encoder = ENGINE.loadEncoder(temp, EXACT)) {
            return vector(Encodings.of(encoder), "THE CAT", Optional.empty(), OptionalInt.empty());
        }
    }

    @Test
    void namesTheAllowedValuesWhenItRefuses() {
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder("bert-mean"), EXACT)) {
            Encodings encodings = Encodings.of(encoder);
            var documents = new EncodingInput.Documents("a", List.of("b"));
            assertRefused(encodings, new EncodingRequest(documents, OptionalInt.empty()), "model", "/v1/embeddings");
            assertRefused(
                    encodings,
                    texts(List.of("a", "the cat ".repeat(100))),
                    "input[1]",
                    "maximum context length is 128 tokens. However, 'input[1]' has 202");
            assertRefused(
                    encodings,
                    new EncodingRequest(new EncodingInput.Tokens(List.of(new int[] {160})), OptionalInt.empty()),
                    "input[0]",
                    "0 to 159");
            assertRefused(
                    encodings,
                    new EncodingRequest(new EncodingInput.Tokens(List.of(new int[] {160})), OptionalInt.empty()),
                    "input[0]",
                    "check_embedding_ctx_length");
            assertRefused(
                    encodings,
                    new EncodingRequest(new EncodingInput.Texts(List.of("a"), Optional.empty()), OptionalInt.of(16)),
                    "dimensions",
                    "have 32 numbers");
        }
        try (LoadedEncoder encoder = ENGINE.loadEncoder(folder("bert-rank"), EXACT)) {
            assertRefused(Encodings.of(encoder), texts(List.of("a")), "model", "/v1/rerank");
        }
    }

    private static void assertRefused(Encodings encodings, EncodingRequest request, String field, String why) {
        assertThatThrownBy(() -> encodings.prepare(request))
                .isInstanceOfSatisfying(
                        InvalidRequestException.class,
                        e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(why);
    }
}

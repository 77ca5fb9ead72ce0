package io.baseload.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.testing.Patience;
import io.baseload.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.BatchingStrategy;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Spring AI's embedding model, created by its auto-configuration, compared with transformers. */
class BaseloadEmbeddingModelTest {
    private static final Path FOLDER = Path.of("src/test/resources/encoders/bert-mean");

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    BaseloadChatAutoConfiguration.class, BaseloadEmbeddingAutoConfiguration.class));

    private ApplicationContextRunner withEncoder() {
        return application.withPropertyValues(
                "spring.ai.model.embedding=baseload",
                "spring.ai.baseload.embedding.model=" + FOLDER,
                "spring.ai.baseload.embedding.precision=exact",
                "spring.ai.baseload.embedding.threads=1",
                "spring.ai.baseload.embedding.pinned=false");
    }

    private ApplicationContextRunner withBoth() {
        return withEncoder()
                .withPropertyValues(
                        "spring.ai.model.chat=baseload",
                        "spring.ai.baseload.chat.model=" + TestModels.tiny(),
                        "spring.ai.baseload.chat.threads=1",
                        "spring.ai.baseload.chat.pinned=false");
    }

    @Test
    void vectorsAreTheReferencesInOrderWithUsage() {
        JsonNode expected =
                new ObjectMapper().readTree(FOLDER.resolve("expected.json").toFile());
        List<String> texts =
                expected.path("texts").valueStream().map(JsonNode::asString).toList();
        withEncoder().run(context -> {
            EmbeddingModel model = context.getBean(EmbeddingModel.class);
            var response = model.embedForResponse(texts);
            assertThat(response.getResults()).hasSize(texts.size());
            for (int i = 0; i < texts.size(); i++) {
                var embedding = response.getResults().get(i);
                assertThat(embedding.getIndex()).isEqualTo(i);
                for (int k = 0; k < embedding.getOutput().length; k++) {
                    assertThat(embedding.getOutput()[k])
                            .isCloseTo(expected.path("vectors").path(i).path(k).floatValue(), Offset.offset(1e-5f));
                }
            }
            int tokens =
                    expected.path("ids").valueStream().mapToInt(JsonNode::size).sum();
            assertThat(response.getMetadata().getUsage().getTotalTokens()).isEqualTo(tokens);
            assertThat(response.getMetadata().getModel()).isEqualTo("bert-mean");
            assertThat(model.dimensions()).isEqualTo(32);
            assertThat(model.embed(new Document(texts.getFirst())))
                    .containsExactly(response.getResults().getFirst().getOutput());
        });
    }

    @Test
    void questionsAndDocumentsGetTheirPrompts(@TempDir Path folder) throws IOException {
        try (var files = Files.walk(FOLDER)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = folder.resolve(FOLDER.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Files.writeString(folder.resolve("config_sentence_transformers.json"), """
            {"prompts": {"query": "search: ", "document": "text: "}}\
            """);
        var named = withEncoder().withPropertyValues("spring.ai.baseload.embedding.model=" + folder);
        var expected = new HashMap<String, float[]>();
        named.run(context -> {
            EmbeddingModel model = context.getBean(EmbeddingModel.class);
            for (String text : List.of("search: sea", "text: sea")) {
                expected.put(text, model.embed(text));
            }
            var request = new EmbeddingRequest(List.of("sea"), BaseloadEmbeddingOptions.prompt("query"));
            assertThat(model.call(request).getResult().getOutput()).containsExactly(expected.get("search: sea"));
        });
        named.withPropertyValues("spring.ai.baseload.embedding.prompt-name=query")
                .run(context -> assertThat(context.getBean(EmbeddingModel.class).embed(new Document("sea")))
                        .as("a document without a prompt of its own")
                        .containsExactly(expected.get("search: sea")));
        named.withPropertyValues(
                        "spring.ai.baseload.embedding.prompt-name=query",
                        "spring.ai.baseload.embedding.document-prompt-name=document")
                .run(context -> {
                    EmbeddingModel model = context.getBean(EmbeddingModel.class);
                    assertThat(model.embed("sea")).containsExactly(expected.get("search: sea"));
                    assertThat(model.embed(new Document("sea"))).containsExactly(expected.get("text: sea"));
                    BatchingStrategy whole = List::of;
                    assertThat(model.embed(
                                    List.of(new Document("sea")),
                                    EmbeddingOptions.builder().build(),
                                    whole))
                            .singleElement()
                            .isEqualTo(expected.get("text: sea"));
                });
        named.withPropertyValues("spring.ai.baseload.embedding.document-prompt-name=paragraph")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("query"));
    }

    @Test
    void refusesAModelThatDoesNotFit() {
        withEncoder()
                .withBean(MemoryBudget.class, () -> new MemoryBudget(1, 1, 0))
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("MiB of memory outside the heap, 0 MiB are free"));
    }

    /** Each fits alone. */
    @Test
    void refusesAModelThatDoesNotFitBesideTheChatModel() {
        long[] sizes = new long[2];
        withBoth().run(context -> {
            sizes[0] = context.getBean(LoadedModel.class).load().memory().total();
            sizes[1] = context.getBean(Engine.class)
                    .estimate(FOLDER, LoadOptions.named("m"))
                    .total();
        });
        long heap = 1L << 30;
        withBoth()
                .withBean(MemoryBudget.class, () -> new MemoryBudget(heap + Math.max(sizes[0], sizes[1]), heap, 0))
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(FOLDER + ": the model needs ")
                        .hasMessageEndingWith(" MiB for other models"));
    }

    @Test
    void refusesOtherModelsAndDimensionsByName() {
        withEncoder().run(context -> {
            EmbeddingModel model = context.getBean(EmbeddingModel.class);
            assertThatThrownBy(() -> model.call(new EmbeddingRequest(
                            List.of("x"),
                            EmbeddingOptions.builder().model("other").build())))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("runs bert-mean, not other");
            assertThatThrownBy(() -> model.call(new EmbeddingRequest(
                            List.of("x"),
                            EmbeddingOptions.builder().dimensions(5).build())))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("dimensions");
        });
    }

    @Test
    void chatAndEmbeddingsShareAnEngineThatIsClosedWithTheContext() {
        LoadedEncoder[] encoder = new LoadedEncoder[1];
        withBoth().run(context -> {
            assertThat(context).hasNotFailed().hasSingleBean(Engine.class);
            encoder[0] = context.getBean(LoadedEncoder.class);
        });
        assertThat(encoder[0].freed()).succeedsWithin(Patience.LIMIT);
    }

    @Test
    void startsNothingUnlessItIsSelectedAndSaysWhatIsMissing() {
        application.run(context ->
                assertThat(context).doesNotHaveBean(EmbeddingModel.class).doesNotHaveBean(Engine.class));
        application
                .withPropertyValues("spring.ai.model.embedding=baseload")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("spring.ai.baseload.embedding.model"));
    }
}

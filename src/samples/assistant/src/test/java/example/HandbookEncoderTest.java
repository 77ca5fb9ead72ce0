package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.baseload.ai.BaseloadEmbeddingModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SearchRequest;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.io.Resource;

/** The handbook searched with an encoder in the same process. Its weights are random, so it finds texts that are equal, and not those that mean the same. */
@SpringBootTest(
        properties = {
            "spring.ai.model.embedding=baseload",
            "spring.ai.baseload.embedding.model=${encoder:../../test/resources/encoders/bert-mean.gguf}",
            "spring.ai.vectorstore.pgvector.table-name=encoded"
        })
class HandbookEncoderTest {
    @Autowired
    private EmbeddingModel encoder;

    @Autowired
    private VectorStore documents;

    @Autowired
    private Assistant assistant;

    @Value("classpath:handbook.txt")
    private Resource handbook;

    @Test
    void eachParagraphIsFoundByItsVector() throws IOException {
        assertThat(encoder).isInstanceOf(BaseloadEmbeddingModel.class);
        List<String> paragraphs =
                handbook.getContentAsString(StandardCharsets.UTF_8).lines().toList();
        assertThat(paragraphs).hasSizeGreaterThan(2);
        for (String paragraph : paragraphs) {
            List<Document> found = documents.similaritySearch(SearchRequest.builder()
                    .query(paragraph)
                    .topK(paragraphs.size())
                    .build());
            assertThat(found).hasSameSizeAs(paragraphs);
            assertThat(found.getFirst().getText()).isEqualTo(paragraph);
            assertThat(found.getFirst().getScore()).isCloseTo(1, within(1e-4));
            assertThat(found.getLast().getScore()).isLessThan(found.getFirst().getScore());
        }
    }

    @Test
    void theAssistantAnswersOutOfTheParagraphThatTheEncoderFinds() throws IOException {
        String paragraph = handbook.getContentAsString(StandardCharsets.UTF_8)
                .lines()
                .toList()
                .getLast();
        Assistant.Answer answer = assistant.ask("encoder", paragraph);
        assertThat(answer.sources()).containsExactly(paragraph);
        assertThat(answer.text()).isNotBlank();
    }
}

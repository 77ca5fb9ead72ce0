package example;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.vectorstore.SimpleVectorStore;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Profile;
import org.springframework.core.io.Resource;

/** Answers one question about a museum: {@code --question="Are dogs allowed in the museum?"}. */
@SpringBootApplication
public class AssistantApplication {

    public static void main(String[] args) {
        SpringApplication.run(AssistantApplication.class, args).close();
    }

    /** The application has no encoder unless {@code spring.ai.model.embedding=baseload} and {@code spring.ai.baseload.embedding.model} give it one. */
    @Bean
    @ConditionalOnProperty(name = "spring.ai.model.embedding", havingValue = "words", matchIfMissing = true)
    EmbeddingModel wordEmbeddingModel() {
        return new WordEmbeddingModel();
    }

    /** With the profile {@code pgvector} Spring AI makes one of the database. */
    @Bean
    @Profile("!pgvector")
    VectorStore vectorStore(EmbeddingModel embedding) {
        return SimpleVectorStore.builder(embedding).build();
    }

    @Bean
    ApplicationRunner run(
            VectorStore documents,
            Assistant assistant,
            @Value("classpath:handbook.txt") Resource handbook,
            @Value("${question}") String question) {
        return (ApplicationArguments arguments) -> {
            documents.add(paragraphs(handbook));
            Assistant.Answer answer = assistant.ask("command-line", question);
            System.out.println("Q: " + question);
            System.out.println("A: " + answer.text());
            answer.sources().forEach(source -> System.out.println("   from: " + source));
        };
    }

    /** A paragraph has the same id at each start, so that a persistent store doesn't get it twice. */
    private static List<Document> paragraphs(Resource handbook) throws IOException {
        return handbook.getContentAsString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> new Document(
                        UUID.nameUUIDFromBytes(line.getBytes(StandardCharsets.UTF_8))
                                .toString(),
                        line,
                        Map.of()))
                .toList();
    }
}

package io.baseload.testcontainers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;

/** An application with Spring AI's OpenAI starter and nothing configured but the model's name finds the container. The container is there without Docker: its port is one of this machine. */
@SpringBootTest(properties = {"spring.ai.openai.chat.model=default", "spring.ai.openai.base-url=http://localhost:1/v1"})
class ServiceConnectionTest {
    private static final OpenAiServer SERVER = new OpenAiServer();

    @ServiceConnection
    static final BaseloadContainer CONTAINER = new LocalContainer(SERVER.port());

    @Autowired
    private ChatModel model;

    @AfterAll
    static void close() {
        SERVER.close();
    }

    @Test
    void asksTheContainerWithItsKey() {
        assertEquals(OpenAiServer.ANSWER, model.call("What is the capital of France?"));
        assertEquals("/v1/chat/completions Bearer " + CONTAINER.getApiKey(), SERVER.lastRequest());
    }

    @Test
    void asksAContainerThatIsABean() {
        var application = new SpringApplicationBuilder(Application.class, Containers.class)
                .web(WebApplicationType.NONE)
                .properties("spring.ai.openai.chat.model=default");
        try (var context = application.run()) {
            assertEquals(OpenAiServer.ANSWER, context.getBean(ChatModel.class).call("What is the capital of France?"));
            String key = context.getBean(BaseloadContainer.class).getApiKey();
            assertEquals("/v1/chat/completions Bearer " + key, SERVER.lastRequest());
        }
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}

    static class Containers {
        @Bean
        @ServiceConnection
        BaseloadContainer baseload() {
            return new LocalContainer(SERVER.port());
        }
    }

    /** A container that is started already. */
    private static final class LocalContainer extends BaseloadContainer {
        private final int port;

        private LocalContainer(int port) {
            super(IMAGE);
            this.port = port;
        }

        @Override
        public String getDockerImageName() {
            return IMAGE;
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return true;
        }

        @Override
        public String getHost() {
            return "localhost";
        }

        @Override
        public Integer getMappedPort(int original) {
            assertEquals(API_PORT, original);
            return port;
        }
    }
}

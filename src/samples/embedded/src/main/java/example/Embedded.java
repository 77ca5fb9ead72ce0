package example;

import java.util.List;
import java.util.stream.Collectors;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Asks the model by call, by stream and by ChatClient, or with the argument "--brief" for one token only. An encoder, where one is configured, embeds a text. */
@SpringBootApplication
public class Embedded {
    public static void main(String[] args) {
        try (var context = SpringApplication.run(Embedded.class, args)) {
            context.getBeanProvider(EmbeddingModel.class)
                    .ifAvailable(encoder -> System.out.println("dimensions: " + encoder.embed("Hello").length));
            ChatModel model = context.getBean(ChatModel.class);
            if (String.join(" ", args).contains("--brief")) {
                var options = ChatOptions.builder().maxTokens(1).build();
                var messages = List.<Message>of(new SystemMessage("Hi"), new UserMessage("Hi"));
                ChatResponse response = model.call(new Prompt(messages, options));
                System.out.println(
                        "brief tokens: " + response.getMetadata().getUsage().getCompletionTokens());
                return;
            }
            Prompt prompt = new Prompt("What is the capital of Japan?");
            ChatResponse response = model.call(prompt);
            System.out.println("call: " + response.getResult().getOutput().getText());
            System.out.println("reason: " + response.getResult().getMetadata().getFinishReason());
            System.out.println("tokens: " + response.getMetadata().getUsage().getCompletionTokens());
            System.out.println("stream: "
                    + model.stream(prompt)
                            .map(piece -> piece.getResult().getOutput().getText())
                            .collect(Collectors.joining())
                            .block());
            System.out.println("client: "
                    + context.getBean(ChatClient.Builder.class)
                            .build()
                            .prompt("What is the capital of Japan?")
                            .call()
                            .content());
        }
    }
}

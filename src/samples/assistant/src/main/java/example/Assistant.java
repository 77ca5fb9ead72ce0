package example;

import io.baseload.ai.BaseloadChatOptions;
import io.baseload.chat.api.ToolChoice;
import java.util.List;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.MessageChatMemoryAdvisor;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.advisor.RetrievalAugmentationAdvisor;
import org.springframework.ai.rag.retrieval.search.VectorStoreDocumentRetriever;
import org.springframework.ai.vectorstore.VectorStore;
import org.springframework.core.task.TaskExecutor;
import org.springframework.stereotype.Component;

/** Answers from the handbook, remembers each conversation, and looks up prices. */
@Component
class Assistant {
    private final ChatClient client;
    private final RetrievalAugmentationAdvisor handbook;
    private final TicketOffice office;

    Assistant(
            ChatClient.Builder builder,
            ChatMemory memory,
            VectorStore documents,
            TokenCounter tokens,
            TicketOffice office,
            TaskExecutor executor) {
        this.client = builder.defaultAdvisors(
                        MessageChatMemoryAdvisor.builder(memory).build(), tokens)
                .build();
        this.handbook = RetrievalAugmentationAdvisor.builder()
                .documentRetriever(VectorStoreDocumentRetriever.builder()
                        .vectorStore(documents)
                        .topK(1)
                        .build())
                // the application's own, which ends with it
                .taskExecutor(executor)
                .build();
        this.office = office;
    }

    /** @param sources the paragraphs of the handbook that the model was given */
    record Answer(String text, List<String> sources) {}

    Answer ask(String conversation, String question) {
        ChatClientResponse response =
                prompt(conversation, question).advisors(handbook).call().chatClientResponse();
        List<?> documents = (List<?>) response.context().get(RetrievalAugmentationAdvisor.DOCUMENT_CONTEXT);
        return new Answer(
                response.chatResponse().getResult().getOutput().getText(),
                documents.stream()
                        .map(document -> ((Document) document).getText())
                        .toList());
    }

    /** A small model seldom calls a tool by itself, so the first step has to be a call of this one. */
    String askForPrice(String conversation, String question) {
        return prompt(conversation, question)
                .options(BaseloadChatOptions.builder().toolChoice(new ToolChoice.Named("ticketPrice")))
                .tools(office)
                .call()
                .content();
    }

    private ChatClient.ChatClientRequestSpec prompt(String conversation, String question) {
        return client.prompt(question).advisors(advisors -> advisors.param(ChatMemory.CONVERSATION_ID, conversation));
    }
}

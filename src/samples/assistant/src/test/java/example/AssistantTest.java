package example;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.messages.MessageType;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest
class AssistantTest {
    @Autowired
    private Assistant assistant;

    @Autowired
    private TicketOffice office;

    @Autowired
    private TokenCounter tokens;

    @Autowired
    private ChatMemory memory;

    @Test
    void answersOutOfTheHandbookAndRemembers() {
        long before = tokens.tokens();
        Assistant.Answer answer = assistant.ask("handbook", "Where can visitors leave large bags?");
        assertThat(answer.sources()).singleElement().asString().contains("lockers beside the entrance");
        assertThat(answer.text()).isNotBlank();
        assertThat(tokens.tokens()).isGreaterThan(before);
        assertThat(assistant.ask("handbook", "Are photographs welcome?").sources())
                .singleElement()
                .asString()
                .contains("Tripods");
        assertThat(memory.get("handbook"))
                .extracting(message -> message.getMessageType())
                .containsExactly(MessageType.USER, MessageType.ASSISTANT, MessageType.USER, MessageType.ASSISTANT);
        assertThat(memory.get("handbook").getFirst().getText()).isEqualTo("Where can visitors leave large bags?");
    }

    @Test
    void looksUpPrices() {
        int before = office.questions();
        String answer = assistant.askForPrice("prices", "What do tickets for 3 adults cost?");
        assertThat(office.questions()).isGreaterThan(before);
        assertThat(answer).isNotBlank();
    }
}

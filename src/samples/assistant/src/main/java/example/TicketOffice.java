package example;

import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.ai.tool.annotation.Tool;
import org.springframework.ai.tool.annotation.ToolParam;
import org.springframework.stereotype.Component;

/** A tool that the model can call. */
@Component
class TicketOffice {
    private static final int ADULT = 12;
    private final AtomicInteger questions = new AtomicInteger();

    @Tool(description = "Price of tickets for the museum in euros")
    int ticketPrice(@ToolParam(description = "Number of adults") int adults) {
        questions.incrementAndGet();
        return adults * ADULT;
    }

    int questions() {
        return questions.get();
    }
}

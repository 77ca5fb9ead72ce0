package example;

import java.util.concurrent.atomic.AtomicLong;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
import org.springframework.core.Ordered;
import org.springframework.stereotype.Component;

/** The application's own advisor, directly before the model: counts the tokens of all questions and answers. */
@Component
class TokenCounter implements CallAdvisor {
    private final AtomicLong tokens = new AtomicLong();

    @Override
    public ChatClientResponse adviseCall(ChatClientRequest request, CallAdvisorChain chain) {
        ChatClientResponse response = chain.nextCall(request);
        tokens.addAndGet(response.chatResponse().getMetadata().getUsage().getTotalTokens());
        return response;
    }

    @Override
    public String getName() {
        return "token counter";
    }

    /** Behind all others, so that each round of a loop over tools is counted. */
    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE - 1;
    }

    long tokens() {
        return tokens.get();
    }
}

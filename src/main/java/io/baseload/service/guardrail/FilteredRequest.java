package io.baseload.service.guardrail;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;

/**
 * A filtered request, as the model gets it.
 *
 * @param verdicts none if there are no filters
 */
public record FilteredRequest(CompletionRequest completion, List<Verdict> verdicts) {

    /**
     * Sends a request's texts through a chain.
     *
     * @throws BlockedRequestException if a filter blocks it
     * @throws InvalidRequestException if it can't be filtered
     */
    public static FilteredRequest of(CompletionRequest request, FilterChain chain) {
        if (chain.isEmpty()) {
            return new FilteredRequest(request, List.of());
        }
        var texts = new ArrayList<String>();
        new RequestTexts(text -> {
                    texts.add(text);
                    return text;
                })
                .rewrite(request);
        var filtered = chain.pass(texts, "messages");
        var next = filtered.texts().iterator();
        return new FilteredRequest(
                filtered.texts().equals(texts) ? request : new RequestTexts(text -> next.next()).rewrite(request),
                filtered.verdicts());
    }
}

package io.baseload.service.guardrail;

import io.baseload.chat.api.InvalidRequestException;
import java.util.ArrayList;
import java.util.List;

/** The filters of one side of a request, in order. After a block no further ones are called. */
public final class FilterChain {
    /** Maximum characters of a request, or of a part of an answer. Longer texts are not filtered, and therefore refused. */
    static final int MAX_CHARACTERS = 1 << 20;

    private final List<Filter> filters;
    private final Subject subject;

    FilterChain(List<Filter> filters, Subject subject) {
        this.filters = filters;
        this.subject = subject;
    }

    public boolean isEmpty() {
        return filters.isEmpty();
    }

    /** Minimum characters of an answer that are filtered together. */
    int window() {
        return filters.stream().mapToInt(Filter::window).max().orElse(0);
    }

    /**
     * Sends the texts of a request through the chain.
     *
     * @param field of the request, for the message
     * @throws BlockedRequestException if a filter blocks them
     * @throws InvalidRequestException if they are too long
     */
    FilterResult pass(List<String> texts, String field) {
        if (texts.stream().mapToLong(String::length).sum() > MAX_CHARACTERS) {
            throw new InvalidRequestException(
                    field,
                    "string_above_max_length",
                    "Invalid '" + field + "': this tenant's requests are filtered, and may have at most "
                            + MAX_CHARACTERS + " characters.");
        }
        var filtered = apply(texts);
        if (filtered.blocked()) {
            String reason = filtered.reason().isEmpty() ? "" : ": " + filtered.reason();
            String filter = filtered.verdicts().getLast().filter();
            throw new BlockedRequestException(
                    "The request was blocked by the filter '" + filter + "'" + reason + ".", filtered.verdicts());
        }
        return filtered;
    }

    FilterResult apply(List<String> texts) {
        var verdicts = new ArrayList<Verdict>();
        var passing = texts;
        for (Filter filter : filters) {
            var filtered = filter.apply(passing, subject);
            verdicts.addAll(filtered.verdicts());
            if (filtered.blocked()) {
                return FilterResult.blocked(filtered.reason(), verdicts);
            }
            passing = filtered.texts();
        }
        return FilterResult.passed(passing, verdicts);
    }
}

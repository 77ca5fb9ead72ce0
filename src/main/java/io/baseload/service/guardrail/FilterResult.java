package io.baseload.service.guardrail;

import java.util.List;

/**
 * The result of filtering texts.
 *
 * @param reason why they were blocked, for the client; may be empty
 * @param texts the texts to pass on, in their order; none if they were blocked
 */
record FilterResult(boolean blocked, String reason, List<String> texts, List<Verdict> verdicts) {
    static FilterResult passed(List<String> texts, List<Verdict> verdicts) {
        return new FilterResult(false, "", texts, verdicts);
    }

    static FilterResult blocked(String reason, List<Verdict> verdicts) {
        return new FilterResult(true, reason, List.of(), verdicts);
    }
}

package io.baseload.service.guardrail;

import java.util.List;

/**
 * What became of texts.
 *
 * @param reason why they were blocked, for who asked; may be empty
 * @param texts as they may go on, in their order; none where they were blocked
 */
record Filtered(boolean blocked, String reason, List<String> texts, List<Verdict> verdicts) {
    static Filtered passed(List<String> texts, List<Verdict> verdicts) {
        return new Filtered(false, "", texts, verdicts);
    }

    static Filtered blocked(String reason, List<Verdict> verdicts) {
        return new Filtered(true, reason, List.of(), verdicts);
    }
}

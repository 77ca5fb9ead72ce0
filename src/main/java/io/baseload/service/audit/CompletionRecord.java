package io.baseload.service.audit;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** What the trail says of an answer: an intent before the first token, an outcome after the last. No contents. */
public sealed interface CompletionRecord {
    String INTENT = "completion.intent";
    String OUTCOME = "completion.outcome";

    String kind();

    Map<String, ?> detail();

    /**
     * An answer will be generated.
     *
     * @param promptTokens tokens of the prompts
     * @param reservedTokens tokens that were reserved, prompts included
     * @param answers how many answers
     */
    record Intent(UUID reservation, String model, int promptTokens, long reservedTokens, int answers)
            implements CompletionRecord {
        @Override
        public String kind() {
            return INTENT;
        }

        @Override
        public Map<String, ?> detail() {
            return Map.of(
                    "reservation", reservation.toString(),
                    "model", model,
                    "prompt_tokens", promptTokens,
                    "reserved_tokens", reservedTokens,
                    "answers", answers);
        }
    }

    /**
     * An answer has ended.
     *
     * @param state {@code done}, {@code cancelled}, {@code failed}, {@code refused} (by the engine) or {@code lost} (with the process)
     * @param finishReasons of the answers that were completed, in the order of their index
     * @param milliseconds from the intent to the end
     * @param correction whether the answer was recorded as lost before; the tokens are then those that were not counted yet
     */
    record Outcome(
            UUID reservation,
            String model,
            String state,
            long promptTokens,
            long completionTokens,
            List<String> finishReasons,
            long milliseconds,
            boolean correction)
            implements CompletionRecord {
        @Override
        public String kind() {
            return OUTCOME;
        }

        @Override
        public Map<String, ?> detail() {
            var detail = new TreeMap<String, Object>();
            detail.put("reservation", reservation.toString());
            detail.put("model", model);
            detail.put("state", state);
            detail.put("prompt_tokens", promptTokens);
            detail.put("completion_tokens", completionTokens);
            detail.put("finish_reasons", finishReasons);
            detail.put("milliseconds", milliseconds);
            if (correction) {
                detail.put("correction", true);
            }
            return detail;
        }
    }
}

package io.baseload.service.audit;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** What the trail says of an answer: an intent before the first token, an outcome after the last. No contents. */
public sealed interface CompletionRecord {
    String INTENT = "completion.intent";
    String OUTCOME = "completion.outcome";

    String kind();

    Map<String, ?> detail();

    /**
     * An answer will be generated. What this says has grown: {@code version} 2 added itself and the members after the model's id; entries of before have none of them.
     *
     * @param alias the model's name as it was asked for
     * @param fingerprint build and weights
     * @param address the client's
     * @param user whom the caller asks for, in its own words: the request's {@code user}
     * @param safetyIdentifier the same by {@code safety_identifier}
     * @param promptTokens tokens of the prompts
     * @param reservedTokens tokens that were reserved, prompts included
     * @param answers how many answers
     */
    record Intent(
            UUID reservation,
            String model,
            String alias,
            String fingerprint,
            String address,
            Optional<String> user,
            Optional<String> safetyIdentifier,
            long promptTokens,
            long reservedTokens,
            int answers)
            implements CompletionRecord {
        private static final int VERSION = 2;

        @Override
        public String kind() {
            return INTENT;
        }

        @Override
        public Map<String, ?> detail() {
            var detail = new TreeMap<String, Object>();
            detail.put("version", VERSION);
            detail.put("reservation", reservation.toString());
            detail.put("model", model);
            detail.put("alias", alias);
            detail.put("fingerprint", fingerprint);
            detail.put("address", address);
            user.ifPresent(name -> detail.put("user", name));
            safetyIdentifier.ifPresent(name -> detail.put("safety_identifier", name));
            detail.put("prompt_tokens", promptTokens);
            detail.put("reserved_tokens", reservedTokens);
            detail.put("answers", answers);
            return detail;
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

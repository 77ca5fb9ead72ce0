package io.baseload.service.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * Open problems, in JSON.
 *
 * @param checked the kinds that were looked for
 */
@JsonNaming(SnakeCaseStrategy.class)
record AttentionForm(List<String> checked, List<Problem> data) {

    /**
     * @param subject the id of the model, backend, job or tenant, or the canary's alias; null for the process, the audit trail, and budgets beyond those that are listed
     * @param message a sentence
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Problem(String kind, @Nullable String subject, String message) {
        static Problem of(ProblemKind kind, @Nullable String subject, String message) {
            return new Problem(kind.wire(), subject, message);
        }
    }
}

package io.baseload.service.inference;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.CompletionRecord;
import java.util.UUID;

/**
 * Names an admitted question in the ledger.
 *
 * @param reservation its id
 * @param model the id of the model that answers
 */
record Ticket(UUID reservation, Actor actor, String model, String requestId) {
    CompletionRecord.Outcome outcome(Ending ending, long promptTokens, long completionTokens, boolean correction) {
        return new CompletionRecord.Outcome(
                reservation,
                model,
                ending.state(),
                promptTokens,
                completionTokens,
                ending.finishReasons(),
                ending.milliseconds(),
                correction);
    }
}

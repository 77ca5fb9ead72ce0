package io.baseload.service.inference;

import io.baseload.engine.api.Usage;
import java.util.List;

/**
 * How a question ended.
 *
 * @param state as the audit trail names it
 * @param usage what was computed
 */
record Ending(String state, Usage usage, List<String> finishReasons, long milliseconds) {
    static final String DONE = "done";
    static final String CANCELLED = "cancelled";
    static final String FAILED = "failed";
    static final String REFUSED = "refused";
    static final String LOST = "lost";

    static Ending refused() {
        return new Ending(REFUSED, new Usage(0, 0), List.of(), 0);
    }
}

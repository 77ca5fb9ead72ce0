package io.baseload.service.audit;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Has each intent exactly one outcome? Fed with the entries in order; keeps only the intents that have none yet. */
final class AnswersCheck {
    private static final JsonMapper JSON = new JsonMapper();

    private final Set<String> running;
    private final Map<String, Long> open = new LinkedHashMap<>();
    private boolean strayOutcome;

    /** @param running ids of the reservations that are open */
    AnswersCheck(Set<String> running) {
        this.running = running;
    }

    void next(AuditEntry entry) {
        switch (entry.kind()) {
            case CompletionRecord.INTENT -> strayOutcome |= open.put(reservation(entry), entry.seq()) != null;
            case CompletionRecord.OUTCOME -> close(JSON.readTree(entry.detail()));
            default -> {}
        }
    }

    Verification.Completeness completeness() {
        var dead = new HashSet<>(open.keySet());
        dead.removeAll(running);
        return new Verification.Completeness(dead.isEmpty() && !strayOutcome, List.copyOf(open.values()));
    }

    private void close(JsonNode detail) {
        if (!detail.path("correction").asBoolean(false)) {
            strayOutcome |= open.remove(detail.path("reservation").asString("")) == null;
        }
    }

    private static String reservation(AuditEntry entry) {
        return JSON.readTree(entry.detail()).path("reservation").asString("");
    }
}

package io.baseload.service.export;

import io.baseload.service.audit.AuditEntry;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * An entry as an event of OCSF 1.8, the first version with the profile AI Operation: API Activity (6003), for requests to models with that profile. {@code raw_data} is the entry in canonical form, so that the event
 * can be checked against a proof.
 */
final class OcsfEvent {
    private static final String VERSION = "1.8.0";
    private static final int CLASS = 6003;
    private static final String BLOCKED = "completion.blocked";

    /** The activity that follows from an entry's kind. */
    private enum Activity {
        CREATE(1, "Create"),
        READ(2, "Read"),
        UPDATE(3, "Update"),
        DELETE(4, "Delete"),
        OTHER(99, "Other");

        private final int id;
        private final String caption;

        Activity(int id, String caption) {
            this.id = id;
            this.caption = caption;
        }

        static Activity of(String kind) {
            if (kind.startsWith("completion.")) {
                return CREATE;
            }
            if (!kind.startsWith("admin.")) {
                return OTHER;
            }
            return switch (kind.substring(kind.lastIndexOf('.') + 1)) {
                case "create", "import", "imported", "pull", "rotate", "issue", "archive" -> CREATE;
                case "read", "export", "list" -> READ;
                case "delete", "revoke", "erase", "expire" -> DELETE;
                case "call", "expires_soon" -> OTHER;
                default -> UPDATE;
            };
        }
    }

    private OcsfEvent() {}

    static Map<String, Object> of(AuditEntry entry) {
        JsonNode detail = entry.details();
        Activity activity = Activity.of(entry.kind());
        boolean denied = isDenial(entry);
        var event = new LinkedHashMap<String, Object>();
        event.put("category_uid", 6);
        event.put("category_name", "Application Activity");
        event.put("class_uid", CLASS);
        event.put("class_name", "API Activity");
        event.put("activity_id", activity.id);
        event.put("activity_name", activity == Activity.OTHER ? entry.kind() : activity.caption);
        event.put("type_uid", CLASS * 100 + activity.id);
        event.put("type_name", "API Activity: " + activity.caption);
        event.put("severity_id", denied ? 3 : 1);
        event.put("severity", denied ? "Medium" : "Informational");
        event.put("time", entry.at().toEpochMilli());
        putStatus(event, entry, detail);
        boolean asked = entry.kind().startsWith("completion.") && detail.hasNonNull("model");
        event.put("metadata", metadata(entry, asked));
        event.put("actor", Map.of("user", user(entry, detail)));
        event.put("api", api(entry, detail));
        event.put(
                "src_endpoint",
                detail.hasNonNull("address")
                        ? Map.of("ip", detail.get("address").asString(""))
                        : Map.of("name", "baseload"));
        event.put("resources", List.of(Map.of("name", entry.subject())));
        if (asked) {
            putModel(event, entry, detail);
        }
        event.put("raw_data", new String(entry.canonical(), StandardCharsets.UTF_8));
        return event;
    }

    private static void putStatus(Map<String, Object> event, AuditEntry entry, JsonNode detail) {
        if (isDenial(entry)) {
            putStatus(event, 2, "Failure", entry.kind());
        } else if (entry.kind().equals(AuditEntry.COMPLETION_OUTCOME)) {
            String state = detail.path("state").asString("");
            switch (state) {
                case "done" -> putStatus(event, 1, "Success", state);
                case "cancelled" -> putStatus(event, 99, state, state);
                default -> putStatus(event, 2, "Failure", state);
            }
            event.put("duration", detail.path("milliseconds").asLong(0));
        } else if (entry.kind().equals(BLOCKED)) {
            putStatus(event, 2, "Failure", "blocked");
        } else if (entry.kind().startsWith("admin.") || entry.kind().equals(AuditEntry.SIGN_IN)) {
            putStatus(event, 1, "Success", "done");
        }
    }

    private static boolean isDenial(AuditEntry entry) {
        return entry.kind().startsWith("access.") && !entry.kind().equals(AuditEntry.SIGN_IN);
    }

    private static void putStatus(Map<String, Object> event, int id, String caption, String word) {
        event.put("status_id", id);
        event.put("status", caption);
        event.put("status_detail", word);
    }

    private static Map<String, Object> metadata(AuditEntry entry, boolean ai) {
        var metadata = new LinkedHashMap<String, Object>();
        metadata.put("version", VERSION);
        metadata.put("product", Map.of("name", "Baseload", "vendor_name", "Baseload"));
        metadata.put("log_name", "audit");
        metadata.put("event_code", entry.kind());
        metadata.put("uid", HexFormat.of().formatHex(entry.hash()));
        metadata.put("sequence", entry.seq());
        metadata.put("profiles", ai ? List.of("ai_operation") : List.of());
        return metadata;
    }

    private static Map<String, Object> user(AuditEntry entry, JsonNode detail) {
        var user = new LinkedHashMap<String, Object>();
        String key = entry.actor().keyPrefix();
        JsonNode person = detail.path("person");
        if (!key.isEmpty()) {
            user.put("uid", key);
        }
        user.put(
                "name",
                person.isObject()
                        ? person.path("subject").asString("")
                        : key.isEmpty() ? entry.actor().tenant() : key);
        if (person.isObject()) {
            user.put("domain", person.path("issuer").asString(""));
        }
        user.put(
                "org",
                Map.of("uid", entry.actor().tenant(), "name", entry.actor().tenant()));
        return user;
    }

    private static Map<String, Object> api(AuditEntry entry, JsonNode detail) {
        var api = new LinkedHashMap<String, Object>();
        api.put("operation", entry.kind());
        api.put("service", Map.of("name", "baseload"));
        if (entry.kind().startsWith("completion.")) {
            api.put("request", Map.of("uid", entry.subject()));
        } else if (detail.hasNonNull("request_id")) {
            api.put("request", Map.of("uid", detail.get("request_id").asString("")));
        }
        return api;
    }

    private static void putModel(Map<String, Object> event, AuditEntry entry, JsonNode detail) {
        String fingerprint = detail.path("fingerprint").asString("");
        var model = new LinkedHashMap<String, Object>();
        model.put("name", detail.get("model").asString(""));
        model.put("ai_provider", fingerprint.startsWith("backend:") ? fingerprint : "Baseload");
        if (!fingerprint.isEmpty()) {
            model.put("version", fingerprint);
        }
        event.put("ai_model", model);
        var message = new LinkedHashMap<String, Object>();
        message.put("uid", entry.subject());
        message.put("service", Map.of("name", "baseload"));
        message.put("ai_role_id", 2);
        message.put("ai_role", "Assistant");
        long prompt = detail.path("prompt_tokens").asLong(0);
        message.put("prompt_tokens", prompt);
        if (detail.hasNonNull("completion_tokens")) {
            long completion = detail.get("completion_tokens").asLong(0);
            message.put("completion_tokens", completion);
            message.put("total_tokens", prompt + completion);
        }
        event.put("message_context", message);
    }
}

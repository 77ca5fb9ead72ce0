package io.baseload.service.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditEntry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Events have what OCSF 1.8.0 requires of the class API Activity and of the objects in it, and nothing that it does not know. */
class OcsfEventTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Actor KEY = new Actor("acme", "bl_12345678");

    /** By the path of an object. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "",
            List.of(
                    "activity_id",
                    "actor",
                    "api",
                    "category_uid",
                    "class_uid",
                    "metadata",
                    "severity_id",
                    "src_endpoint",
                    "time",
                    "type_uid"),
            "/metadata",
            List.of("product", "version"),
            "/api",
            List.of("operation"),
            "/api/request",
            List.of("uid"),
            "/ai_model",
            List.of("ai_provider", "name"));

    /** Objects that must have at least one of these. */
    private static final Map<String, List<String>> ONE_OF = Map.of(
            "/metadata/product", List.of("name", "uid"),
            "/actor/user", List.of("account", "name", "uid"),
            "/actor/user/org", List.of("name", "uid"),
            "/src_endpoint", List.of("ip", "uid", "name", "hostname"),
            "/resources/0", List.of("name", "uid"),
            "/message_context", List.of("application", "service"));

    /** Those of its attributes that events have. */
    private static final Map<String, List<String>> KNOWN = Map.of(
            "",
            List.of(
                    "activity_id",
                    "activity_name",
                    "actor",
                    "ai_model",
                    "api",
                    "category_name",
                    "category_uid",
                    "class_name",
                    "class_uid",
                    "duration",
                    "message_context",
                    "metadata",
                    "raw_data",
                    "resources",
                    "severity",
                    "severity_id",
                    "src_endpoint",
                    "status",
                    "status_detail",
                    "status_id",
                    "time",
                    "type_name",
                    "type_uid"),
            "/metadata",
            List.of("event_code", "log_name", "product", "profiles", "sequence", "uid", "version"),
            "/actor/user",
            List.of("domain", "name", "org", "uid"),
            "/api",
            List.of("operation", "request", "service"),
            "/ai_model",
            List.of("ai_provider", "name", "version"),
            "/message_context",
            List.of("ai_role", "ai_role_id", "completion_tokens", "prompt_tokens", "service", "total_tokens", "uid"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        completion.intent  | {"model": "m", "fingerprint": "f", "address": "192.0.2.7", "prompt_tokens": 7} | 1
        completion.outcome | {"model": "m", "state": "done", "prompt_tokens": 7, "completion_tokens": 5, "milliseconds": 12} | 1
        completion.outcome | {"model": "m", "state": "cancelled", "prompt_tokens": 7, "completion_tokens": 0} | 1
        completion.blocked | {"model": "m", "alias": "default", "address": "2001:db8::1"} | 1
        quota.soft_limit   | {"limit": "tokens", "percent": 80, "period": "day"} | 99
        admin.key.create   | {"request_id": "req_1", "address": "192.0.2.7"} | 1
        admin.key.revoke   | {"request_id": "req_1", "person": {"issuer": "https://id.example.com", "subject": "ann"}} | 4
        admin.key.expires_soon | {"expires_at": "2026-12-24T00:00:00Z"} | 99
        admin.model.import     | {"path": "m.gguf"} | 1
        admin.model.imported   | {"model": "m", "source": "m.gguf"} | 1
        admin.mcp.call     | {"tool": "list_models"} | 99
        admin.audit.read   | {"first": 1, "last": 2, "entries": 2} | 2
        admin.alias.put    | {"model": "m"} | 3
        access.forbidden   | {"count": 3, "addresses": {"192.0.2.7": 3}} | 99
        """)
    void everyKindOfEntryIsAnEventOfTheReleasedSchema(String kind, String detail, int activity) {
        for (Actor actor : List.of(KEY, Actor.SYSTEM)) {
            JsonNode event = event(kind, actor, detail);
            REQUIRED.forEach((path, names) -> {
                if (!event.at(path).isMissingNode()) {
                    assertThat(event.at(path).propertyNames()).as(path).containsAll(names);
                }
            });
            ONE_OF.forEach((path, names) -> {
                if (!event.at(path).isMissingNode()) {
                    assertThat(event.at(path).propertyNames()).as(path).containsAnyElementsOf(names);
                }
            });
            KNOWN.forEach((path, names) -> {
                if (!event.at(path).isMissingNode()) {
                    assertThat(names).as(path).containsAll(event.at(path).propertyNames());
                }
            });
            assertThat(event.get("activity_id").asInt()).isEqualTo(activity);
            assertThat(event.get("type_uid").asInt()).isEqualTo(600_300 + activity);
            assertThat(event.at("/metadata/version").asString()).isEqualTo("1.8.0");
            assertThat(event.at("/metadata/profiles/0").asString("").equals("ai_operation"))
                    .as("the profile is named where its attributes are")
                    .isEqualTo(event.has("ai_model"));
            assertThat(event.at("/actor/user/name").asString()).isNotEmpty();
        }
    }

    @Test
    void valuesWithoutANameInTheSchemaKeepThatOfTheSource() {
        JsonNode cancelled = event("completion.outcome", KEY, "{\"model\": \"m\", \"state\": \"cancelled\"}");
        assertThat(cancelled.get("status_id").asInt()).isEqualTo(99);
        assertThat(cancelled.get("status").asString()).isEqualTo("cancelled");
        assertThat(event("access.forbidden", KEY, "{}").get("activity_name").asString())
                .isEqualTo("access.forbidden");
        assertThat(event("access.sign_in", KEY, "{}").get("status").asString()).isEqualTo("Success");
        assertThat(event("completion.blocked", KEY, "{\"model\": \"m\"}")
                        .get("status")
                        .asString())
                .isEqualTo("Failure");
    }

    /** As somebody may append it who took over the application: no entry keeps those after it from being sent. */
    @Test
    void membersOfAnotherTypeBreakNothing() {
        String members = """
            {"model": {}, "state": [], "milliseconds": {}, "prompt_tokens": "x", "completion_tokens": [], "address": {}, "fingerprint": {},
             "request_id": [], "person": {"issuer": [], "subject": {}}}\
            """;
        for (String kind : List.of("completion.intent", "completion.outcome", "admin.test", "access.forbidden")) {
            for (String detail : List.of(members, "[]", "null", "7", "[".repeat(2000) + "]".repeat(2000))) {
                assertThat(event(kind, KEY, detail).get("class_uid").asInt()).isEqualTo(6003);
            }
        }
    }

    private static JsonNode event(String kind, Actor actor, String detail) {
        var entry = new AuditEntry(
                3, Instant.parse("2026-11-29T00:00:00Z"), kind, actor, "subject", detail, new byte[32], new byte[32]);
        return JSON.readTree(EntryFormat.OCSF.line(entry));
    }
}

package io.baseload.service.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.audit.Checkpoints;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads of the audit trail over HTTP: what its pull export gives, to whom, and the entries that reads leave. */
@ExtendWith(WholeService.class)
class AuditReadsIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String EXPORT = "/admin/v1/audit/export";

    private static Rest operator;

    @BeforeAll
    static void append(RunningService service) throws Exception {
        operator = service.rest();
        for (int i = 0; i < 8; i++) {
            operator.post("/admin/v1/tenants", Map.of("id", "reads-" + i));
        }
    }

    @Test
    void eachReadLeavesAnEntry() throws Exception {
        JsonNode key = operator.post("/admin/v1/tenants/default/keys", Map.of("roles", List.of("auditor")));
        Rest auditor = operator.as(key.get("key").asString());
        for (String route : List.of(
                "/admin/v1/audit?limit=2&after=3",
                EXPORT + "?format=jsonl&limit=2&after=3",
                EXPORT + "?from=4&to=5",
                "/admin/v1/audit/proof?seq=4")) {
            assertThat(auditor.send("GET", route, "").statusCode()).as(route).isEqualTo(200);
        }
        List<JsonNode> details = new Admin(operator)
                .trail("admin.audit.read").stream()
                        .filter(entry -> entry.at("/actor/key_prefix")
                                .asString()
                                .equals(key.get("prefix").asString()))
                        .map(entry -> entry.get("detail"))
                        .toList();
        assertThat(details).hasSize(4);
        assertThat(range(details.get(0))).containsExactly(4, 5, 2);
        assertThat(range(details.get(1))).containsExactly(4, 5, 2);
        assertThat(details.get(1).get("format").asString()).isEqualTo("jsonl");
        assertThat(details.get(2).get("format").asString()).isEqualTo("signed");
        assertThat(details.get(2).get("from").asLong()).isEqualTo(4);
        assertThat(details.get(2).get("to").asLong()).isEqualTo(5);
        assertThat(range(details.get(3))).containsExactly(4, 4, 1);
        assertThat(details.get(3).get("seq").asLong()).isEqualTo(4);
    }

    private static List<Integer> range(JsonNode detail) {
        return List.of(
                detail.get("first").asInt(),
                detail.get("last").asInt(),
                detail.get("entries").asInt());
    }

    @Test
    void theExportIsReadOnFromPartToPart() throws Exception {
        JsonNode listed = operator.get("/admin/v1/audit?limit=6").get("data");
        var lines = new ArrayList<JsonNode>();
        String after = "0";
        for (int part = 0; part < 3; part++) {
            var answer = operator.send("GET", EXPORT + "?format=jsonl&limit=2&after=" + after, "");
            assertThat(answer.headers().firstValue("content-type").orElseThrow())
                    .startsWith("application/x-ndjson");
            lines.addAll(lines(answer));
            after = next(answer);
            assertThat(after).isEqualTo(Integer.toString(2 * (part + 1)));
        }
        assertThat(lines).hasSize(6);
        for (int i = 0; i < 6; i++) {
            assertThat(lines.get(i).get("hash")).isEqualTo(listed.get(i).get("hash"));
            for (String member : List.of("seq", "kind", "subject", "actor", "detail")) {
                assertThat(lines.get(i).at("/entry/" + member))
                        .as(member)
                        .isEqualTo(listed.get(i).get(member));
            }
        }

        var events = lines(operator.send("GET", EXPORT + "?format=ocsf&limit=2&after=4", ""));
        assertThat(events)
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.get("class_uid").asInt()).isEqualTo(6003));
        assertThat(events.get(0).at("/metadata/uid")).isEqualTo(listed.get(4).get("hash"));
        assertThat(JSON.readTree(events.get(1).get("raw_data").asString()))
                .isEqualTo(lines.get(5).get("entry"));

        var end = operator.send("GET", EXPORT + "?format=jsonl&after=1000000000", "");
        assertThat(lines(end)).isEmpty();
        assertThat(next(end)).isEqualTo("1000000000");
    }

    @Test
    void theExportOfATimeHasItsEntries() throws Exception {
        JsonNode listed = operator.get("/admin/v1/audit?limit=8").get("data");
        String from = listed.get(2).get("at").asString();
        String to = listed.get(5).get("at").asString();
        var expected = listed.valueStream()
                .filter(entry -> !time(entry).isBefore(Instant.parse(from))
                        && time(entry).isBefore(Instant.parse(to)))
                .map(entry -> entry.get("seq").asLong())
                .toList();
        assertThat(expected).contains(3L).doesNotContain(1L, 8L);
        assertThat(seqs(operator.send("GET", EXPORT + "?format=jsonl&from=" + from + "&to=" + to, "")))
                .isEqualTo(expected);
    }

    private static Instant time(JsonNode entry) {
        return Instant.parse(entry.get("at").asString());
    }

    @Test
    void anAuditorOfATenantExportsItsEntries() throws Exception {
        operator.post("/admin/v1/tenants", Map.of("id", "exporting"));
        var admin = new Admin(operator);
        Rest tenantAdmin = operator.as(admin.key("exporting", "tenant_admin"));
        for (int i = 0; i < 3; i++) { // acts of the tenant's own
            tenantAdmin.post("/admin/v1/tenants/exporting/keys", Map.of("roles", List.of("user")));
        }
        Rest auditor = operator.as(admin.key("exporting", "auditor"));
        var own = operator.get("/admin/v1/audit?tenant=exporting&limit=3")
                .get("data")
                .valueStream()
                .map(entry -> entry.get("seq").asLong())
                .toList();
        var first = auditor.send("GET", EXPORT + "?format=jsonl&limit=2", "");
        var rest = auditor.send("GET", EXPORT + "?format=jsonl&limit=1&after=" + next(first), "");
        assertThat(seqs(first)).isEqualTo(own.subList(0, 2));
        assertThat(seqs(rest)).isEqualTo(own.subList(2, 3));
        assertThat(lines(auditor.send("GET", EXPORT + "?format=jsonl", "")))
                .allSatisfy(line ->
                        assertThat(line.at("/entry/actor/tenant").asString()).isEqualTo("exporting"));
        assertThat(lines(auditor.send("GET", EXPORT + "?format=jsonl&limit=1000", "")))
                .isNotEmpty();
        JsonNode tooMany = new AdminRest(auditor).refused(400, "GET", EXPORT + "?format=jsonl&limit=1001", "");
        assertThat(tooMany.get("param").asString()).isEqualTo("limit");
        JsonNode error = new AdminRest(auditor).refused(403, "GET", EXPORT, "");
        assertThat(error.get("message").asString()).contains("entries of all tenants");
    }

    /** As a {@code tenant_admin} makes them that sets a thousand budgets. */
    private static List<Long> large(RunningService service, String tenant, int count) throws Exception {
        operator.post("/admin/v1/tenants", Map.of("id", tenant));
        var bytes = new byte[450_000];
        var written = new ArrayList<Long>();
        for (int i = 0; i < count; i++) {
            new Random(i).nextBytes(bytes); // nothing to compress
            written.add(service.bean(AuditTrail.class)
                    .append(
                            new Actor(tenant, "bl_large"),
                            "admin.test",
                            "large",
                            Map.of("text", HexFormat.of().formatHex(bytes))));
        }
        return written;
    }

    @Test
    void pagesOfLargeEntriesAreShortAndAreReadOn(RunningService service) throws Exception {
        List<Long> written = large(service, "large", 20);
        Rest auditor = operator.as(new Admin(operator).key("large", "auditor"));
        var listed = new ArrayList<Long>();
        JsonNode after = JSON.getNodeFactory().stringNode("0");
        while (!after.isNull()) {
            JsonNode page = auditor.get("/admin/v1/audit?limit=1000&after=" + after.asString());
            assertThat(page.get("data").size()).isLessThan(12);
            page.get("data").forEach(entry -> listed.add(entry.get("seq").asLong()));
            after = page.get("next");
        }
        assertThat(listed.subList(0, 20)).isEqualTo(written);

        var exported = new ArrayList<Long>();
        String last = "0";
        while (exported.size() < 20) {
            var part = auditor.send("GET", EXPORT + "?format=jsonl&limit=1000&after=" + last, "");
            assertThat(seqs(part)).hasSizeBetween(1, 12);
            exported.addAll(seqs(part));
            last = next(part);
        }
        assertThat(exported.subList(0, 20)).isEqualTo(written);
    }

    /** Each checkpoint is a row, a line and an object in an anchor, and a signature to verify. */
    @Test
    void aTenantsAuditorDoesNotMakeTheServiceSign(RunningService service) throws Exception {
        operator.post("/admin/v1/tenants", Map.of("id", "unsigned"));
        var admin = new Admin(operator);
        Rest auditor = operator.as(admin.key("unsigned", "auditor"));
        String route = "/admin/v1/audit/checkpoint";
        assertThat(operator.send("GET", route, "").statusCode()).isEqualTo(200);
        Patience.await()
                .until(
                        () -> { // another one may be taken just now, because it is time
                            long before =
                                    service.bean(Checkpoints.class).status().size();
                            long seq = service.bean(AuditTrail.class)
                                    .append(new Actor("unsigned", "bl_unsigned"), "admin.test", "unsigned", Map.of());
                            int status = auditor.send("GET", route, "").statusCode();
                            int proof = auditor.send("GET", "/admin/v1/audit/proof?seq=" + seq, "")
                                    .statusCode();
                            return status == 200
                                    && proof == 409
                                    && service.bean(Checkpoints.class).status().size() == before;
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "format=xml, format",
        "format=jsonl&after=-1, after",
        "format=jsonl&from=yesterday, from",
        "format=jsonl&to=5, to",
        "format=jsonl&limit=0, limit",
        "format=jsonl&limit=10001, limit",
        "from=0, from"
    })
    void anExportOfNothingIsRefusedByField(String query, String field) throws Exception {
        JsonNode error = new AdminRest(operator).refused(400, "GET", EXPORT + "?" + query, "");
        assertThat(error.get("param").asString()).isEqualTo(field);
    }

    private static List<JsonNode> lines(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body().lines().map(JSON::readTree).toList();
    }

    private static List<Long> seqs(HttpResponse<String> answer) {
        return lines(answer).stream()
                .map(line -> line.at("/entry/seq").asLong())
                .toList();
    }

    private static String next(HttpResponse<String> answer) {
        return answer.headers().firstValue("x-next-after").orElseThrow();
    }
}

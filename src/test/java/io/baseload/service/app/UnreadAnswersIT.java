package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditExport;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.contents.ContentOwner;
import io.baseload.service.contents.ContentPart;
import io.baseload.service.contents.Contents;
import io.baseload.testing.Admin;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.UnreadAnswers;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Whoever asks for large answers and reads none of them would fill the memory with them. Each of these routes refuses them before, and answers again when the client has gone. */
@ExtendWith(OutputCaptureExtension.class)
class UnreadAnswersIT {
    private static final int MEGABYTE = 1 << 20;

    private static RunningService service;
    private static Rest operator;
    private static Admin admin;

    @BeforeAll
    static void start(@TempDir Path home) throws Exception {
        service = RunningService.at(
                home, "baseload.engine.enabled=false", "server.tomcat.connection-timeout=5m"); // none is cut off before
        operator = service.rest();
        admin = new Admin(operator);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/v1/audit?limit=1000", "/admin/v1/audit/export?format=jsonl&limit=1000"})
    void pagesOfTheTrail(String route) throws Exception {
        String tenant = "pages-" + UUID.randomUUID();
        operator.post("/admin/v1/tenants", Map.of("id", tenant));
        appendLargeEntries(tenant);
        assertBounded(admin.key(tenant, "auditor"), route, 4 * MEGABYTE);
    }

    @Test
    void theSignedTrail() throws Exception {
        operator.post("/admin/v1/tenants", Map.of("id", "signed"));
        appendLargeEntries("signed");
        assertThat(operator.send("GET", "/admin/v1/audit/checkpoint", "").statusCode())
                .isEqualTo(200);
        assertBounded(RunningService.KEY, "/admin/v1/audit/export", AuditExport.MAX_BYTES);
    }

    /** More than a page has. */
    private static void appendLargeEntries(String tenant) {
        for (int i = 0; i < 9; i++) {
            service.bean(AuditTrail.class)
                    .append(new Actor(tenant, "bl_large"), "admin.test", "large", Map.of("text", text(900_000)));
        }
    }

    @Test
    void usageInCsv() throws Exception {
        operator.post("/admin/v1/tenants", Map.of("id", "used"));
        service.bean(JdbcClient.class)
                .sql("INSERT INTO reservation (id, tenant, key_prefix, model, request_id, instance, made_at, tokens,"
                        + " prompt_tokens, state) SELECT gen_random_uuid(), 'used', 'k', lpad(n::text, 400, 'm'), 'r',"
                        + " gen_random_uuid(), clock_timestamp(), 1, 1, 'settled' FROM generate_series(1, 12000) n")
                .update();
        assertBounded(
                admin.key("used", "tenant_admin"),
                "/admin/v1/tenants/used/usage?group_by=model",
                4 * MEGABYTE,
                "Accept: text/csv");
    }

    @Test
    void keptContents(CapturedOutput output) throws Exception {
        operator.post("/admin/v1/tenants", Map.of("id", "keeping"));
        operator.put("/admin/v1/tenants/keeping/content-policy", Map.of("keep", true));
        var contents = service.bean(Contents.class);
        var sealer = Patience.await()
                .until(() -> contents.sealer("keeping"), Optional::isPresent)
                .orElseThrow();
        for (int i = 0; i < 4; i++) {
            var owner = new ContentOwner("keeping", UUID.randomUUID(), "r" + i, Optional.empty(), Optional.empty());
            byte[] prompt = ('"' + text(3 * MEGABYTE) + '"').getBytes(StandardCharsets.UTF_8);
            service.bean(TransactionOperations.class)
                    .executeWithoutResult(
                            status -> contents.storePrompts(List.of(sealer.seal(owner, ContentPart.PROMPT, prompt))));
        }
        assertBounded(admin.key("keeping", "content_auditor"), "/admin/v1/tenants/keeping/contents", 4 * MEGABYTE);
        assertThat(output).as("connections that broke while JSON was written").doesNotContain("unexpected failure");
    }

    @Test
    void files() throws Exception {
        operator.post("/admin/v1/tenants", Map.of("id", "files"));
        String key = admin.key("files", "user");
        String form = "--limit\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n"
                + "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n"
                + text(12 * MEGABYTE) + "\r\n--limit--\r\n";
        try (var client = HttpClient.newHttpClient()) {
            var uploaded = client.send(
                    HttpRequest.newBuilder(URI.create(operator.url() + "/v1/files"))
                            .header("Authorization", "Bearer " + key)
                            .header("Content-Type", "multipart/form-data; boundary=limit")
                            .POST(BodyPublishers.ofString(form))
                            .build(),
                    BodyHandlers.ofString());
            String id = Rest.json(uploaded).get("id").asString();
            assertBounded(key, "/v1/files/" + id + "/content", MEGABYTE); // a piece is in memory
        }
    }

    private static String text(int length) {
        byte[] bytes = new byte[length / 2];
        new Random(7).nextBytes(bytes); // nothing to compress
        return HexFormat.of().formatHex(bytes);
    }

    private static void assertBounded(String key, String route, long bytes, String... headers) throws Exception {
        UnreadAnswers.assertBounded(operator.url(), key, route, bytes, headers);
        Rest again = operator.as(key);
        Patience.await()
                .until(() -> again.send("GET", route, "", headers.length == 0 ? new String[0] : headers[0].split(": "))
                                .statusCode()
                        == 200);
    }
}

package io.baseload.service.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Admin;
import io.baseload.testing.FileServer;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Models that an operator pulls into a running service, also over a restart of it. */
@ExtendWith(OutputCaptureExtension.class)
final class PullsIT {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String FILE = "/org/tiny/resolve/" + COMMIT + "/tiny.gguf";

    private static final String SIGNATURE = "0f1e2d3c-signature";
    private static final int SOME = 40_000;

    @TempDir
    Path home;

    private FileServer hub;
    private byte[] model = new byte[0];

    @BeforeEach
    void start() throws Exception {
        hub = new FileServer("127.0.0.1");
        model = Files.readAllBytes(TestModels.tiny());
        hub.put("/api/models/org/tiny/revision/main", """
            {"sha": "%s", "tags": ["license:apache-2.0"],
             "siblings": [{"rfilename": "tiny.gguf", "lfs": {"sha256": "%s", "size": %d}}]}\
            """.formatted(COMMIT, PullerTest.sha256(model), model.length));
        hub.put(FILE, model);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private RunningService service() throws Exception {
        return RunningService.at(
                home,
                "baseload.pulls.allowed-hosts=" + hub.authority(),
                "baseload.pulls.allowed-licenses=apache-2.0,mit");
    }

    private Map<String, Object> request(String name) {
        return Map.of(
                "name",
                name,
                "quantize",
                "keep",
                "huggingface",
                Map.of("repository", "org/tiny", "base_url", hub.url()));
    }

    private static String id(JsonNode started) {
        return started.at("/job/id").asString();
    }

    @Test
    void aPulledModelAnswersAndTheTrailSaysWhereItCameFrom() throws Exception {
        try (RunningService service = service()) {
            Admin admin = new Admin(service.rest());
            JsonNode job = admin.end(id(service.rest().post("/admin/v1/pulls", request("tiny"))));
            assertThat(job.get("state").asString()).as(job.toString()).isEqualTo("succeeded");
            assertThat(job.get("kind").asString()).isEqualTo("pull");
            admin.move("tiny", "load");
            assertThat(admin.ask("tiny").statusCode()).isEqualTo(200);
            try (Stream<Path> left = Files.walk(home.resolve("import"))) {
                assertThat(left.filter(Files::isRegularFile))
                        .allSatisfy(
                                file -> assertThat(file).hasExtension("lock").isEmptyFile());
            }
            JsonNode asked = entry(service, "admin.model.pull");
            assertThat(asked.at("/detail/source").asString()).isEqualTo(hub.url() + "/org/tiny at main");
            JsonNode done = entry(service, "admin.model.imported");
            assertThat(done.at("/actor/tenant").asString()).isEqualTo("default");
            assertThat(done.at("/detail/pulled/revision").asString()).isEqualTo(COMMIT);
            assertThat(done.at("/detail/pulled/licenses/0").asString()).isEqualTo("apache-2.0");
            assertThat(done.at("/detail/source/0/sha256").asString()).isEqualTo(PullerTest.sha256(model));
            refusals(service);
        }
    }

    @Test
    void aModelMayBeSignedBySomebodyWithoutAKey() throws Exception {
        var sigstore = new TestSigstore();
        var signing = sigstore.signing();
        byte[] signature =
                signing.bundle(Map.of("tiny.gguf", PullerTest.sha256(model))).getBytes(StandardCharsets.UTF_8);
        hub.put("/api/models/org/tiny/revision/main", """
            {"sha": "%s", "tags": ["license:apache-2.0"],
             "siblings": [{"rfilename": "tiny.gguf", "lfs": {"sha256": "%s", "size": %d}},
                          {"rfilename": "model.sig", "lfs": {"sha256": "%s", "size": %d}}]}\
            """.formatted(
                COMMIT, PullerTest.sha256(model), model.length, PullerTest.sha256(signature), signature.length));
        hub.put("/org/tiny/resolve/" + COMMIT + "/model.sig", signature);
        Path signers = Files.createDirectories(home.resolve("model-signers"));
        Files.writeString(signers.resolve("trusted_root.json"), sigstore.trustedRoot());
        try (RunningService service = service()) {
            Admin admin = new Admin(service.rest());
            Files.writeString(
                    signers.resolve("identities.json"),
                    TestSigstore.identities("another@example.com", TestSigstore.ISSUER));
            JsonNode refused = admin.end(id(service.rest().post("/admin/v1/pulls", signed("tiny"))));
            assertThat(refused.at("/error/message").asString())
                    .contains("The signature is by " + TestSigstore.IDENTITY + ", as authenticated by "
                            + TestSigstore.ISSUER + ", who is not in identities.json.");
            Files.writeString(
                    signers.resolve("identities.json"),
                    TestSigstore.identities(TestSigstore.IDENTITY, TestSigstore.ISSUER));
            JsonNode job = admin.end(id(service.rest().post("/admin/v1/pulls", signed("tiny"))));
            assertThat(job.get("state").asString()).as(job.toString()).isEqualTo("succeeded");
            JsonNode pulled =
                    entry(service, "admin.model.imported").get("detail").get("pulled");
            assertThat(pulled.get("signed_by").asString())
                    .isEqualTo(TestSigstore.IDENTITY + " (" + TestSigstore.ISSUER + ")");
            assertThat(pulled.get("signed_at").asString()).isEqualTo(signing.signed.toString());
        }
    }

    private Map<String, Object> signed(String name) {
        var request = new HashMap<>(request(name));
        request.put("signature", "model.sig");
        return request;
    }

    private static JsonNode entry(RunningService service, String kind) throws Exception {
        JsonNode entries = service.rest().get("/admin/v1/audit?kind=" + kind).get("data");
        return entries.get(entries.size() - 1);
    }

    private void refusals(RunningService service) throws Exception {
        refused(service, "name", Map.of("name", "no/name", "huggingface", Map.of("repository", "org/tiny")));
        refused(service, "source", Map.of("name", "x", "huggingface", Map.of("repository", "org/tiny")));
        refused(service, "source", Map.of("name", "x"));
        refused(service, "oci.reference", Map.of("name", "x", "oci", Map.of("reference", "no reference")));
        refused(
                service,
                "secret_env",
                Map.of(
                        "name",
                        "x",
                        "secret_env",
                        "SPRING_DATASOURCE_PASSWORD",
                        "huggingface",
                        Map.of("repository", "org/tiny", "base_url", hub.url())));
        refused(
                service,
                "source",
                Map.of("name", "x", "urls", List.of(Map.of("url", hub.url() + "/x.gguf", "sha256", "no digest"))));
        assertThat(service.rest()
                        .send("POST", "/admin/v1/pulls", request("tiny"))
                        .statusCode())
                .as("the name is taken")
                .isEqualTo(409);
    }

    private static void refused(RunningService service, String field, Map<String, ?> body) throws Exception {
        HttpResponse<String> answer = service.rest().send("POST", "/admin/v1/pulls", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("\"param\":\"" + field + "\"");
    }

    @Test
    void aPullGoesOnAfterARestartUnlessItWasCancelled() throws Exception {
        silentAfterSome(FILE, 0);
        silentAfterSome("/bucket/other.gguf", 1); // the first request is for its size
        String job;
        String cancelled;
        try (RunningService service = service()) {
            Admin admin = new Admin(service.rest());
            job = id(service.rest().post("/admin/v1/pulls", request("tiny")));
            cancelled = id(service.rest()
                    .post("/admin/v1/pulls", Map.of("name", "other", "license", "mit", "urls", List.of(other()))));
            Patience.await().until(() -> part() >= 2 * SOME);
            service.rest().post("/admin/v1/jobs/" + cancelled + "/cancel", "{}");
            assertThat(admin.end(cancelled).get("state").asString()).isEqualTo("cancelled");
        }
        try (RunningService service = service()) {
            Admin admin = new Admin(service.rest());
            JsonNode end = admin.end(job);
            assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("succeeded");
            assertThat(admin.state("tiny")).isEqualTo("stored");
            assertThat(admin.job(cancelled).get("state").asString()).isEqualTo("cancelled");
        }
        assertThat(hub.requests(FILE)).hasSize(2);
        assertThat(hub.requests(FILE).getLast().header("Range")).contains("bytes=" + SOME + "-");
    }

    /** Its query is a key to the bucket. */
    @Test
    void aPresignedUrlIsKeptEncryptedUntilItsJobEndsAndShownNowhere(CapturedOutput output) throws Exception {
        hub.on("/bucket/silent.gguf", new FileServer.Entry.Silent(content(), SOME, new AtomicInteger(-1)));
        hub.put("/bucket/other.gguf", model);
        hub.gate(exchange -> String.valueOf(exchange.getRequestURI().getQuery()).contains(SIGNATURE));
        try (RunningService service = service()) {
            Admin admin = new Admin(service.rest());
            String silent = id(service.rest().post("/admin/v1/pulls", presigned("silent")));
            Patience.await().until(() -> part() >= SOME);
            assertThat(row(service, silent)).contains("sealed:").doesNotContain(SIGNATURE);
            service.rest().post("/admin/v1/jobs/" + silent + "/cancel", "{}");
            assertThat(admin.end(silent).get("state").asString()).isEqualTo("cancelled");
            String missing = id(service.rest().post("/admin/v1/pulls", presigned("missing")));
            JsonNode failed = admin.end(missing);
            assertThat(failed.at("/error/message").asString()).contains("/bucket/missing.gguf answered 404");
            String other = id(service.rest().post("/admin/v1/pulls", presigned("other")));
            assertThat(admin.end(other).get("state").asString()).isEqualTo("succeeded");
            for (String job : List.of(silent, other, missing)) {
                Patience.await().until(() -> !row(service, job).contains("sealed:"));
                assertThat(row(service, job)).doesNotContain(SIGNATURE);
            }
            assertThat(service.rest().get("/admin/v1/jobs").toString()).doesNotContain(SIGNATURE);
            assertThat(admin.trail("admin."))
                    .extracting(JsonNode::toString)
                    .noneMatch(entry -> entry.contains(SIGNATURE));
        }
        assertThat(output.getAll()).contains("/bucket/missing.gguf").doesNotContain(SIGNATURE);
    }

    private Map<String, Object> presigned(String name) {
        String url = hub.url() + "/bucket/" + name + ".gguf?X-Amz-Signature=" + SIGNATURE;
        return Map.of(
                "name",
                name,
                "license",
                "mit",
                "quantize",
                "keep",
                "urls",
                List.of(Map.of("url", url, "sha256", PullerTest.sha256(model))));
    }

    private static String row(RunningService service, String job) {
        return service.bean(JdbcClient.class)
                .sql("SELECT job::text FROM job WHERE id = ?")
                .param(job)
                .query(String.class)
                .single();
    }

    private Map<String, String> other() {
        return Map.of("url", hub.url() + "/bucket/other.gguf", "sha256", PullerTest.sha256(model));
    }

    private void silentAfterSome(String path, int answers) {
        hub.on(path, new FileServer.Entry.Silent(content(), SOME, new AtomicInteger(-answers)));
    }

    private FileServer.Entry.Content content() {
        return FileServer.content(model, "\"v1\"");
    }

    private long part() throws Exception {
        try (Stream<Path> all = Files.walk(home.resolve("import"))) {
            return all.filter(path -> path.toString().endsWith(".part"))
                    .mapToLong(path -> path.toFile().length())
                    .sum();
        }
    }
}

package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.audit.Actor;
import io.baseload.service.cluster.Membership;
import io.baseload.service.outbound.Secret;
import io.baseload.service.outbound.Secrets;
import io.baseload.service.pull.PullSource;
import io.baseload.service.pull.Puller;
import io.baseload.testing.Admin;
import io.baseload.testing.FileServer;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pulls and imports that end while their process dies, and pulls of the same files at the same time. */
final class PullJobsIT {
    private static final String FILE = "/bucket/tiny.gguf";

    @TempDir
    Path home;

    private FileServer bucket;
    private String sha256 = "";

    @BeforeEach
    void start() throws Exception {
        byte[] model = Files.readAllBytes(TestModels.tiny());
        bucket = new FileServer("127.0.0.1");
        bucket.put(FILE, model);
        sha256 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(model));
    }

    @AfterEach
    void stop() {
        bucket.close();
    }

    private RunningService service() throws Exception {
        return RunningService.at(home, "baseload.pulls.allowed-hosts=" + bucket.authority());
    }

    private String pull(RunningService service, String name) throws Exception {
        var file = Map.of("url", bucket.url() + FILE, "sha256", sha256);
        return service.rest()
                .post("/admin/v1/pulls", Map.of("name", name, "quantize", "keep", "urls", List.of(file)))
                .at("/job/id")
                .asString();
    }

    @Test
    void aJobWhoseModelIsStoredSucceedsThoughItsProcessDiedBeforeItSaidSo() throws Exception {
        String pull;
        String imported;
        try (RunningService service = service()) {
            Admin admin = new Admin(service.rest());
            pull = pull(service, "pulled");
            assertThat(admin.end(pull).get("state").asString()).isEqualTo("succeeded");
            Files.copy(TestModels.tiny(), home.resolve("import").resolve("tiny.gguf"));
            imported = admin.startImport("tiny.gguf", "imported");
            assertThat(admin.end(imported).get("state").asString()).isEqualTo("succeeded");
            unfinished(service, pull, new PullService.PullTask(Actor.SYSTEM, pull("pulled")));
            unfinished(service, imported, new ImportService.ImportTask(Actor.SYSTEM, "tiny.gguf", "imported", "keep"));
        }
        int requests = bucket.requests(FILE).size();
        try (RunningService service = service()) {
            Admin admin = new Admin(service.rest());
            for (String job : List.of(pull, imported)) {
                JsonNode end = admin.end(job);
                assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("succeeded");
            }
            assertThat(admin.state("pulled")).isEqualTo("stored");
        }
        assertThat(bucket.requests(FILE)).hasSize(requests);
    }

    /** As a kill between the two transactions leaves it. */
    private static void unfinished(RunningService service, String job, Record task) {
        String stored =
                service.bean(JobTasks.class).stored(job, JsonMapper.shared().writeValueAsString(task));
        service.bean(JdbcClient.class)
                .sql("UPDATE job SET state = 'RUNNING', finished_at = NULL, task = ?::jsonb WHERE id = ?")
                .params(stored, job)
                .update();
    }

    /** As another process would do, on the same import folder. */
    private String pullElsewhere(RunningService service) {
        var jobs = new Jobs(
                service.bean(JobRows.class),
                service.bean(JobTasks.class),
                service.bean(JdbcAggregateOperations.class),
                service.bean(TransactionOperations.class),
                service.bean(Membership.class),
                service.bean(MeterRegistry.class));
        var pulls = new PullService(
                service.bean(ImportFolder.class),
                service.bean(ImportService.class),
                service.bean(ModelCatalog.class),
                service.bean(Puller.class),
                service.bean(Secrets.class),
                jobs);
        return pulls.start(pull("third"), Actor.SYSTEM, job -> {}).id();
    }

    private PullService.Pull pull(String name) {
        var file = new PullSource.UrlFile("tiny.gguf", URI.create(bucket.url() + FILE), sha256);
        return new PullService.Pull(
                name,
                new PullSource.Urls(List.of(file)),
                Optional.empty(),
                new Secret.None(),
                Optional.empty(),
                Optional.empty(),
                Optional.of("keep"));
    }

    private static Job ended(RunningService service, String id) {
        return Patience.await()
                .until(() -> service.bean(JobRows.class).findById(id).orElseThrow(), job -> job.finishedAt() != null);
    }

    @Test
    void aModelBeingImportedIsPulledByNoOtherJob() throws Exception {
        try (RunningService service = service()) {
            Admin admin = new Admin(service.rest());
            var first = new AtomicReference<String>();
            service.bean(ModelLoader.class)
                    .inTurn(
                            () -> { // so that the first can't store its model
                                try {
                                    first.set(pull(service, "first"));
                                    Patience.await()
                                            .until(() -> admin.job(first.get())
                                                    .get("message")
                                                    .asString()
                                                    .equals("filing"));
                                    JsonNode second = admin.end(pull(service, "second"));
                                    assertThat(second.get("state").asString()).isEqualTo("failed");
                                    assertThat(second.get("error").toString()).contains("pulled already");
                                    Job elsewhere = ended(service, pullElsewhere(service));
                                    assertThat(elsewhere.state()).isEqualTo(Job.State.FAILED);
                                    assertThat(elsewhere.error()).contains("pulled already");
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            JsonNode end = admin.end(first.get());
            assertThat(end.get("state").asString()).as(end.toString()).isEqualTo("succeeded");
            JsonNode second = admin.end(pull(service, "second"));
            assertThat(second.get("state").asString()).as(second.toString()).isEqualTo("succeeded");
        }
    }
}

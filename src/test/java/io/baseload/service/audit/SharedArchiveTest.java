package io.baseload.service.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.baseload.testing.Patience;
import io.baseload.testing.TestPlatform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Processes that archive the same segments of 256 entries into one folder. */
class SharedArchiveTest {
    private static final Actor ACTOR = new Actor("acme", "bl_12345678");
    private static final JsonMapper JSON = new JsonMapper();

    private TestPlatform platform = TestPlatform.fresh();

    @BeforeEach
    void write() {
        platform.superuser().sql("UPDATE audit_log SET segment = 256").update();
        var trail = platform.get(AuditTrail.class);
        IntStream.rangeClosed(1, 600).forEach(i -> trail.append(ACTOR, "admin.test", "x", Map.of("i", i)));
        checkpoints().take();
        platform.close();
        platform = platform.again("--baseload.audit.retention=PT0S");
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    @Test
    void aProcessThatComesLateKeepsNoArchive() throws IOException {
        var transactions = new TransactionTemplate(platform.get(PlatformTransactionManager.class));
        var fast = retention(transactions);
        var late = retention(new TransactionOperations() {
            @Override
            public <T> T execute(TransactionCallback<T> action) {
                fast.apply(); // when this process has written its file
                return transactions.execute(action);
            }
        });
        assertThat(late.apply()).isZero();
        assertThatTheTrailNamesEachArchive();
    }

    @Test
    void processesShareOneArchive() throws Exception {
        var transactions = new TransactionTemplate(platform.get(PlatformTransactionManager.class));
        try (var executor = Executors.newFixedThreadPool(2)) {
            var counts = executor.invokeAll(List.<Callable<Integer>>of(
                    () -> retention(transactions).apply(),
                    () -> retention(transactions).apply()));
            assertThat(counts.get(0).get() + counts.get(1).get()).isEqualTo(2);
        }
        assertThatTheTrailNamesEachArchive();
        assertThat(platform.get(AuditVerifier.class).verify().integrity().ok()).isTrue();
    }

    @Test
    void aProcessThatIsStoppedWhileSomebodyReadsKeepsNoArchive() throws Exception {
        var retention = platform.get(AuditRetention.class);
        try (var reader = platform.superuserConnection()) {
            reader.setAutoCommit(false);
            reader.createStatement().execute("SELECT * FROM audit_entry");
            var failure = new CompletableFuture<Throwable>();
            var thread = Thread.ofPlatform().start(() -> failure.complete(catchThrowable(retention::apply)));
            Patience.await().until(() -> files().stream().anyMatch(file -> file.endsWith(".gz")));
            thread.interrupt();
            assertThat(failure.get(5, TimeUnit.MINUTES)).isNotNull();
            assertThat(files()).isEmpty();
            reader.rollback();
        }
        assertThat(retention.apply()).isEqualTo(2);
        assertThatTheTrailNamesEachArchive();
    }

    private List<String> files() {
        String[] files = platform.home().resolve("audit-archive").toFile().list();
        return List.of(Objects.requireNonNullElse(files, new String[0]));
    }

    private AuditRetention retention(TransactionOperations transactions) {
        return new AuditRetention(
                platform.get(AuditTrail.class),
                new TrailRows(platform.jdbc()),
                checkpoints(),
                platform.get(AuditExport.class),
                transactions,
                platform.home().resolve("audit-archive"));
    }

    private void assertThatTheTrailNamesEachArchive() throws IOException {
        assertThat(archives()).extracting(AuditEntry::subject).containsExactly("audit/1-256", "audit/257-512");
        var named = new TreeMap<String, String>();
        for (AuditEntry entry : archives()) {
            var detail = JSON.readTree(entry.detail());
            named.put(detail.get("file").asString(), detail.get("sha256").asString());
        }
        var found = new TreeMap<String, String>();
        try (var files = Files.list(platform.home().resolve("audit-archive"))) {
            for (Path file : files.toList()) {
                found.put(
                        String.valueOf(file.getFileName()),
                        HexFormat.of().formatHex(Hashes.sha256().digest(Files.readAllBytes(file))));
            }
        }
        assertThat(found).isEqualTo(named);
    }

    /** The entries that name an archive. */
    private List<AuditEntry> archives() {
        return platform.get(AuditTrail.class)
                .page(0, Optional.empty(), Optional.of("admin.audit.archive"), 9)
                .entries();
    }

    private Checkpoints checkpoints() {
        return platform.get(Checkpoints.class);
    }
}

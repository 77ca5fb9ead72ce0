package io.baseload.service.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.baseload.service.audit.Actor;
import io.baseload.service.batch.Batches.Seen;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.Failures;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches and files that can't be decrypted, on a real PostgreSQL. */
class UnopenedBatchesTest {
    private static final String TENANT = "sealed";

    private static TestBatches own;
    private static Batches batches;

    @BeforeAll
    static void start() {
        own = new TestBatches();
        own.tenant(TENANT);
        batches = own.platform.get(Batches.class);
    }

    @AfterAll
    static void stop() {
        own.close();
    }

    private static String created() {
        var order = new BatchOrder(
                TENANT,
                "bl_user",
                "127.0.0.1",
                own.uploaded(TENANT, "x"),
                "/v1/embeddings",
                "24h",
                Duration.ofHours(24),
                Optional.of(Map.of("name", "mine")),
                Optional.empty());
        return batches.create(Actor.SYSTEM, order).batch().id();
    }

    private static void assertUnavailable(Throwable failure) {
        ApiException answer = Failures.of(failure, "req-1");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).contains(ApiException.STORAGE_UNAVAILABLE);
        assertThat(answer.retryAfter()).isPresent();
    }

    @Test
    void oneBatchHidesNoOther() {
        String good = created();
        String bad = created();
        own.platform
                .superuser()
                .sql("UPDATE batch SET metadata = metadata || '\\x00' WHERE id = ?")
                .param(bad)
                .update();
        List<Seen> page = batches.page(TENANT, null, 10);
        assertThat(page).extracting(seen -> seen.batch().id()).containsExactly(bad, good);
        assertThat(page).extracting(seen -> seen.metadata().isPresent()).containsExactly(false, true);
        assertUnavailable(catchThrowable(() -> batches.find(TENANT, bad)));
        assertThat(batches.find(TENANT, good).orElseThrow().metadata()).isPresent();
        assertThat(batches.cancel(Actor.SYSTEM, TENANT, bad))
                .hasValueSatisfying(seen -> assertThat(seen.batch().status()).isEqualTo(BatchStatus.CANCELLING));
    }

    @Test
    void aProcessWithAnotherMasterKeyIsNotAtFault(@TempDir Path folder) throws Exception {
        String file = own.uploaded(TENANT, "x");
        Path key = Files.writeString(folder.resolve("key"), "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=\n");
        try (var other =
                own.platform.elsewhere(List.of("--baseload.encryption.key-file=" + key), BatchConfiguration.class)) {
            FileStore there = other.get(FileStore.class);
            StoredFile stored = there.find(TENANT, file).orElseThrow();
            assertUnavailable(catchThrowable(() -> there.send(stored, OutputStream.nullOutputStream())));
            assertUnavailable(catchThrowable(() -> there.begin(TENANT, "a", 1)));
        }
    }
}

package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.baseload.engine.api.Quantization;
import io.baseload.engine.store.ModelStore;
import io.baseload.service.audit.Actor;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.registry.ModelRows.LoadDemand;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.testing.WholeService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** A content of the store that one process deletes while another one registers a model with it. */
@ExtendWith(WholeService.class)
final class SharedContentIT {
    private final RunningService service;
    private final ModelCatalog catalog;
    private final TransactionOperations transaction;
    private final String first = "shared-" + UUID.randomUUID();
    private final String second = first + "-too";

    SharedContentIT(RunningService service) {
        this.service = service;
        this.catalog = service.bean(ModelCatalog.class);
        this.transaction = service.bean(TransactionOperations.class);
    }

    @Test
    void contentThatIsBeingRegisteredIsKept() throws Exception {
        String sha256 = imported();
        CompletableFuture<Void> deleted = Objects.requireNonNull(transaction.execute(status -> {
            catalog.file(
                    second, sha256, LoadDemand.NO); // as another process does, which doesn't share this one's locks
            var deleting = CompletableFuture.runAsync(() -> catalog.delete(first, () -> {}));
            Patience.await().until(() -> deleting.isDone() || waits());
            return deleting;
        }));
        assertThat(deleted).succeedsWithin(Patience.LIMIT);
        assertThat(catalog.find(first)).isEmpty();
        assertThat(catalog.folder(second)).isDirectory();
        catalog.delete(second, () -> {});
        assertThat(service.bean(ModelStore.class).find(sha256)).isEmpty();
        assertThatThrownBy(() -> transaction.execute(status -> catalog.file(second, sha256, LoadDemand.NO)))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("import it again");
    }

    /** Whether someone waits for a lock with two keys, as contents have. */
    private boolean waits() {
        return service.bean(JdbcClient.class)
                .sql("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND NOT"
                        + " granted)")
                .query(Boolean.class)
                .single();
    }

    /** The content of the first model. */
    private String imported() throws Exception {
        Path folder = service.bean(BaseloadHome.class).path().resolve("import");
        Path file = Files.copy(TestModels.tiny(), folder.resolve(first + ".gguf"));
        var jobs = service.bean(Jobs.class);
        String job = service.bean(ImportService.class)
                .start(
                        folder.relativize(file).toString(),
                        first,
                        Optional.of(Quantization.Q8),
                        Actor.SYSTEM,
                        queued -> {})
                .id();
        Patience.await().until(() -> jobs.find(job).orElseThrow().state().last());
        Files.delete(file);
        return catalog.find(first).orElseThrow().sha256();
    }
}

package io.baseload.service.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Engine;
import io.baseload.engine.store.ModelStore;
import io.baseload.service.audit.Actor;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.database.BaseloadHome;
import io.baseload.service.database.DiskSpace;
import io.baseload.testing.Patience;
import io.baseload.testing.RunningService;
import io.baseload.testing.TestModels;
import io.baseload.testing.WholeService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.transaction.support.TransactionOperations;

/** Files and links that change between the request for an import and its end, at the moments that matter. */
@ExtendWith(WholeService.class)
final class ExchangedImportIT {
    private final RunningService service;
    private final Path folder;
    private final Path outside;
    private final String name = "exchanged-" + UUID.randomUUID();
    private final Path link;

    ExchangedImportIT(RunningService service) {
        this.service = service;
        Path home = service.bean(BaseloadHome.class).path();
        this.folder = home.resolve("import");
        this.outside = home.resolve(name + "-outside.gguf");
        this.link = folder.resolve(name + ".gguf");
    }

    @BeforeEach
    void link() throws IOException {
        Files.copy(TestModels.tiny(), outside);
        for (String target : List.of("a", "b")) {
            Files.copy(TestModels.tiny(), target(target));
        }
        Files.createSymbolicLink(link, target("a"));
    }

    @AfterEach
    void clear() throws IOException {
        for (Path one : List.of(link, target("a"), target("b"), outside)) {
            Files.delete(one);
        }
    }

    @Test
    void aLinkThatStaysIsImported() {
        assertThat(imported(() -> {}, () -> {}).state()).isEqualTo(Job.State.SUCCEEDED);
        service.bean(ModelCatalog.class).delete(name, () -> {});
    }

    @Test
    void theSameFilesAreNotConvertedAgain() {
        assertThat(imported(() -> {}, () -> {}).state()).isEqualTo(Job.State.SUCCEEDED);
        Job again = imported(name + "-again", () -> {}, progress -> {
            throw new IllegalStateException("converted again");
        });
        assertThat(again.state()).as(again.error()).isEqualTo(Job.State.SUCCEEDED);
        var catalog = service.bean(ModelCatalog.class);
        assertThat(catalog.find(name + "-again").orElseThrow().sha256())
                .isEqualTo(catalog.find(name).orElseThrow().sha256());
        catalog.delete(name + "-again", () -> {});
        catalog.delete(name, () -> {});
    }

    @Test
    void aLinkThatIsLedOutsideBeforeItIsReadIsRefused() {
        assertRefused(imported(() -> lead(outside), () -> {}), "leads outside the import folder");
    }

    @Test
    void aLinkThatIsLedOutsideWhileItIsReadIsRefused() {
        assertRefused(imported(() -> {}, () -> lead(outside)), "leads outside the import folder");
    }

    @Test
    void aLinkThatIsLedElsewhereWhileItIsReadIsRefused() {
        assertRefused(imported(() -> {}, () -> lead(target("b"))), "was changed while it was imported");
    }

    @Test
    void aFileThatIsWrittenWhileItIsReadIsRefused() {
        assertRefused(
                imported(() -> {}, () -> change(() -> Files.write(target("a"), new byte[] {1}))),
                "was changed while it was imported");
    }

    @Test
    void anImportEndsWhenTheDiskHasNoRoomForTheRest() {
        Job job = imported(name, () -> {}, progress -> progress.at(1L << 59, 1L << 60));
        assertRefused(job, "MB are needed on the disk");
    }

    private void assertRefused(Job job, String why) {
        assertThat(job.state()).isEqualTo(Job.State.FAILED);
        assertThat(job.error()).contains(why);
        assertThat(service.bean(ModelCatalog.class).find(name)).isEmpty();
    }

    /**
     * The end of an import.
     *
     * @param requested runs when the request was found in order, before anything is read
     * @param reading runs when the model was read
     */
    private Job imported(Runnable requested, Runnable reading) {
        return imported(name, requested, progress -> reading.run());
    }

    /** @param reading receives what the conversion reports its progress to */
    private Job imported(String as, Runnable requested, Consumer<ByteProgress> reading) {
        var jobs = service.bean(Jobs.class);
        var imports = new ImportService(
                service.bean(ImportFolder.class),
                after(reading),
                service.bean(ModelStore.class),
                service.bean(ModelCatalog.class),
                service.bean(ModelLoader.class),
                jobs,
                service.bean(DiskSpace.class),
                service.bean(AuditTrail.class),
                service.bean(TransactionOperations.class));
        String path = folder.relativize(link).toString();
        String job = imports.start(path, as, Optional.empty(), Actor.SYSTEM, queued -> requested.run())
                .id();
        Patience.await().until(() -> jobs.find(job).orElseThrow().state().last());
        return jobs.find(job).orElseThrow();
    }

    /** The service's engine; when it has converted a model, something else happens before it says so. */
    private Engine after(Consumer<ByteProgress> reading) {
        var engine = service.bean(Engine.class);
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(engine, arguments);
                        if (method.getName().equals("convert")) {
                            reading.accept((ByteProgress) arguments[arguments.length - 1]);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Path target(String which) {
        return folder.resolve(name + "-" + which + ".gguf");
    }

    private void lead(Path target) {
        change(() -> {
            Files.delete(link);
            return Files.createSymbolicLink(link, target);
        });
    }

    private interface Change {
        Path make() throws IOException;
    }

    private static void change(Change change) {
        try {
            change.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.baseload.service.registry;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.Quantization;
import io.baseload.service.audit.Actor;
import io.baseload.service.outbound.Secret;
import io.baseload.service.outbound.Secrets;
import io.baseload.service.pull.PullException;
import io.baseload.service.pull.PullResult;
import io.baseload.service.pull.PullSource;
import io.baseload.service.pull.PullSource.UrlFile;
import io.baseload.service.pull.PullSource.Urls;
import io.baseload.service.pull.Puller;
import io.baseload.service.registry.ImportFolder.SourceFile;
import io.baseload.service.registry.ImportService.Imported;
import io.baseload.service.registry.Jobs.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Downloads models: pulls their files into a separate folder in the import folder, then imports them from there, both in one job. The job is persistent: after a restart, or when
 * it is requested again after a failure, it continues with the files that have arrived. The folder is removed when the model is stored.
 */
@Component
public final class PullService {
    /** The share of the progress that counts as pulling. */
    private static final double PULLING = 0.6;

    private static final String FOLDER = "pulls";
    private static final Logger LOG = LoggerFactory.getLogger(PullService.class);

    private final ImportFolder folder;
    private final ImportService imports;
    private final ModelCatalog catalog;
    private final Puller puller;
    private final Secrets secrets;
    private final Jobs jobs;
    /** Folders with a job of this process, until it has deleted them. */
    private final Set<Path> busy = ConcurrentHashMap.newKeySet();

    /**
     * A model to be pulled.
     *
     * @param name its id
     * @param user the user name for a registry
     * @param secret the key for the source's server
     * @param license the model's licence, if the source does not state one
     * @param signature the name of the file with its signature
     * @param quantize the name of a quantization; empty = the import's default
     */
    public record Pull(
            String name,
            PullSource source,
            Optional<String> user,
            Secret secret,
            Optional<String> license,
            Optional<String> signature,
            Optional<String> quantize) {}

    /** The stored task of a pull. */
    record PullTask(Actor actor, Pull pull) {}

    PullService(
            ImportFolder folder,
            ImportService imports,
            ModelCatalog catalog,
            Puller puller,
            Secrets secrets,
            Jobs jobs) {
        this.folder = folder;
        this.imports = imports;
        this.catalog = catalog;
        this.puller = puller;
        this.secrets = secrets;
        this.jobs = jobs;
        jobs.define(Job.Kind.PULL, PullTask.class, task -> progress -> run(task, progress));
    }

    /**
     * Starts a pull.
     *
     * @param recorded runs in the transaction that creates the job
     * @throws InvalidRequestException if it is not allowed, as far as is known without contacting the source
     * @throws ConflictException if the name is taken
     */
    public Job start(Pull pull, Actor actor, Consumer<Job> recorded) {
        imports.requireEngine();
        ModelCatalog.checkName("name", pull.name());
        catalog.refuseIfTaken(pull.name());
        secrets.check(pull.secret(), "secret");
        try {
            puller.check(pull.source(), pull.signature());
        } catch (PullException e) {
            throw new InvalidRequestException("source", "invalid_value", String.valueOf(e.getMessage()));
        }
        return jobs.start(Job.Kind.PULL, pull.name(), new PullTask(actor, pull), recorded);
    }

    private void run(PullTask task, Progress progress) {
        Pull pull = task.pull();
        Path place = folder.root().resolve(FOLDER).resolve(key(pull.source()));
        if (!busy.add(place)) {
            throw pulledAlready();
        }
        try (FileChannel file = lockFile(place)) {
            if (!locked(file)) {
                throw pulledAlready();
            }
            if (!progress.isFiled()) {
                run(task, place, progress);
            }
            delete(place);
        } catch (IOException e) {
            throw new PullException(place + " can't be locked: " + e.getMessage() + ".", e);
        } finally {
            busy.remove(place);
        }
    }

    private static ConflictException pulledAlready() {
        return new ConflictException("The same files are being pulled already.");
    }

    /** A file that the process locks that works in the folder: others may share it. The file stays, because another process may be about to lock it. */
    private static FileChannel lockFile(Path place) throws IOException {
        Path pulls = Files.createDirectories(Objects.requireNonNull(place.getParent()));
        return FileChannel.open(
                pulls.resolve(place.getFileName() + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static boolean locked(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // this process holds it
        }
    }

    private void run(PullTask task, Path place, Progress progress) {
        Pull pull = task.pull();
        PullResult pulled = puller.pull(
                new Puller.Request(pull.source(), pull.user(), secret(pull), pull.license(), pull.signature()),
                place,
                imports::requireSpace,
                (fraction, message) -> progress.at(PULLING * fraction, message));
        imports.run(
                folder.root().relativize(pulled.model()).toString(),
                pull.name(),
                pull.quantize().flatMap(Quantization::named),
                new Rest(progress),
                imported -> file(task, place, pulled, imported));
    }

    /** The second part of a job's progress. */
    private record Rest(Progress whole) implements Progress {
        @Override
        public void at(double fraction, String message) {
            whole.at(PULLING + (1 - PULLING) * fraction, message);
        }

        @Override
        public void remark(String text) {
            whole.remark(text);
        }

        @Override
        public void file() {
            whole.file();
        }
    }

    private Optional<String> secret(Pull pull) {
        try {
            return secrets.find(pull.secret());
        } catch (IOException e) {
            throw new PullException("The source's key can't be read: " + e.getMessage() + ".", e);
        }
    }

    /** The imported files must be those that were pulled and checked, and the trail has both. */
    private void file(PullTask task, Path place, PullResult pulled, Imported imported) {
        Path base = Files.isDirectory(pulled.model())
                ? pulled.model()
                : Objects.requireNonNull(pulled.model().getParent());
        Map<String, String> checked = pulled.files().stream()
                .collect(Collectors.toMap(PullResult.PulledFile::name, PullResult.PulledFile::sha256));
        for (SourceFile file : imported.source()) {
            String name = puller.name(place, base.resolve(file.name()));
            if (!file.sha256().equals(checked.get(name))) {
                throw new ConflictException(
                        "'" + name + "' was changed between the pull and the import: pull it again.");
            }
        }
        Map<String, Object> detail = new TreeMap<>(
                imported.detail(folder.root().relativize(pulled.model()).toString()));
        detail.put("pulled", pulled.detail());
        imports.record(task.actor(), task.pull().name(), detail);
    }

    /** Names the folder of a source: the same one after a restart, and for the same files under newly signed URLs. */
    private static String key(PullSource source) {
        String named = switch (source) {
            case Urls urls -> urls.files().stream().map(UrlFile::sha256).collect(Collectors.joining(" "));
            case PullSource.HuggingFace hub -> hub.toString();
            case PullSource.Oci oci -> oci.toString();
        };
        return UUID.nameUUIDFromBytes(named.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** Files that can't be deleted stay until they are pulled again; the model is stored. */
    private static void delete(Path place) {
        if (!Files.exists(place)) {
            return;
        }
        try (Stream<Path> all = Files.walk(place)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("{} can't be deleted: {}", place, e.toString());
        }
    }
}

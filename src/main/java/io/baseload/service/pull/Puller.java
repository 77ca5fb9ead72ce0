package io.baseload.service.pull;

import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.pull.ModelSignature.Signed;
import io.baseload.service.pull.PullResult.PulledFile;
import io.baseload.service.pull.PullSource.HuggingFace;
import io.baseload.service.pull.PullSource.Oci;
import io.baseload.service.pull.PullSource.Urls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/**
 * Pulls models into folders.
 *
 * <p>First the source lists its files with sizes and digests, and its licences. Only then is anything downloaded, and only if the licence is allowed and the disk has room. Files
 * are downloaded in parallel, with a limit over all pulls, each resumed where it broke off. In the folder a pull works in two folders of its own, {@value #FILES} and
 * {@value #LAYERS}: files there that are not in the source's list are removed, and nothing else is touched. At the end archives are unpacked and the signature is verified. A pull that ends early leaves the files received so far, and the next one for the same folder continues with them.
 *
 * <p>Cost: files that were there before are read once, to be hashed again.
 */
public final class Puller implements AutoCloseable {
    private static final String FILES = "files";
    private static final String LAYERS = "layers";

    private final PullProperties properties;
    private final PullClient client;
    private final Bandwidth bandwidth;
    private final Semaphore connections;
    private final ModelSignature signature;

    /** @param signers the folder of public keys of model signers, of certificates of authorities, and of the files for keyless signatures */
    public Puller(PullProperties properties, AllowedHosts hosts, Path signers, Optional<SSLContext> ssl) {
        this.properties = properties;
        this.client = new PullClient(hosts, properties.connectTimeout(), properties.idleTimeout(), ssl);
        this.bandwidth = new Bandwidth(
                properties.bandwidth() == null ? 0 : properties.bandwidth().toBytes());
        this.connections = new Semaphore(properties.connections());
        this.signature = new ModelSignature(signers);
    }

    /**
     * The options of a pull.
     *
     * @param user the user name for a registry; empty = the owner of its token
     * @param key for the source's server
     * @param license the model's licence, if the source does not state one
     * @param signature the name of the file with the model's signature; empty = none is expected
     */
    public record Request(
            PullSource source,
            Optional<String> user,
            Optional<String> key,
            Optional<String> license,
            Optional<String> signature) {
        /** The key must not appear in a log. */
        @Override
        public String toString() {
            return "Request[" + source.description() + "]";
        }
    }

    /** The room on the disks. */
    @FunctionalInterface
    public interface Space {
        /**
         * Throws if there is less.
         *
         * @param pulled bytes for the pulled files
         * @param imported bytes for their import, which may be on another disk
         */
        void require(long pulled, long imported);
    }

    /** Receives the progress of a pull. */
    @FunctionalInterface
    public interface Watcher {
        /** May throw, which ends the pull. */
        void at(double fraction, String message);
    }

    /**
     * Refuses pulls that can't succeed, without contacting anybody.
     *
     * @throws PullException if a host is not allowed, or a signature is required and none is named
     */
    public void check(PullSource source, Optional<String> signature) {
        client.check(source.server());
        if (source instanceof Urls urls) {
            urls.files().forEach(file -> {
                client.check(file.url());
                Digest.sha256(file.sha256());
                RemoteFile.checkName(file.name());
            });
        }
        signature.ifPresent(RemoteFile::checkName);
        if (properties.requireSignature() && signature.isEmpty()) {
            throw new PullException("Models must be signed here: name the file with the signature as 'signature'.");
        }
    }

    /**
     * @param folder of this model only, in which nobody else works meanwhile
     * @throws PullException if it can't be pulled
     */
    public PullResult pull(Request request, Path folder, Space space, Watcher watcher) {
        check(request.source(), request.signature());
        var stop = new Stop();
        try {
            Authorization authorization = authorization(request, stop);
            watcher.at(0, "listing the files");
            PullPlan plan =
                    watched(stop, () -> plan(request, authorization, stop), () -> watcher.at(0, "listing the files"));
            List<String> licenses = licensed(plan, request.license());
            tidy(folder, plan);
            space.require(Math.max(0, plan.bytes() - presentBytes(folder)), plan.bytes());
            var growth = new DiskGrowth(space);
            List<FileDownload.Done> files = new ArrayList<>(fetch(plan, folder, authorization, stop, growth, watcher));
            watcher.at(1, "checking");
            files = unpacked(plan, files, folder, space, growth, stop);
            Map<String, PulledFile> named = named(files, folder.resolve(FILES));
            Optional<Signed> signed = request.signature().map(name -> signed(name, named, folder.resolve(FILES)));
            return new PullResult(
                    model(folder.resolve(FILES), named.keySet()),
                    request.source().description(),
                    plan.revision(),
                    licenses,
                    plan.licenses().isEmpty() && !licenses.isEmpty(),
                    signed.map(Signed::signer),
                    signed.flatMap(Signed::time),
                    List.copyOf(named.values()));
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " can't be written", e);
        } finally {
            stop.now();
        }
    }

    private Authorization authorization(Request request, Stop stop) {
        URI server = request.source().server();
        return request.source() instanceof Oci
                ? new RegistryAuthorization(server, request.user(), request.key(), client, stop)
                : new Authorization.OfServer(server, request.key());
    }

    private Retries retries(Stop stop) {
        return new Retries(properties.retries(), properties.retryPause(), stop);
    }

    private PullPlan plan(Request request, Authorization authorization, Stop stop) {
        return switch (request.source()) {
            case HuggingFace hub ->
                new HuggingFaceFiles(client, hub, authorization, retries(stop), stop).plan(request.signature());
            case Oci oci -> new RegistryFiles(client, oci, authorization, retries(stop), stop).plan();
            case Urls urls -> new UrlFiles(client, urls, authorization, retries(stop), stop).plan();
        };
    }

    /** All of the source's licences must be allowed, if there is a list. */
    private List<String> licensed(PullPlan plan, Optional<String> declared) {
        List<String> licenses = plan.licenses().isEmpty() ? declared.stream().toList() : plan.licenses();
        Set<String> allowed = new HashSet<>();
        properties.allowedLicenses().forEach(one -> allowed.add(one.strip().toLowerCase(Locale.ROOT)));
        if (!allowed.isEmpty()) {
            if (licenses.isEmpty()) {
                throw new PullException("The source does not say which licence the model has, and only "
                        + String.join(", ", properties.allowedLicenses()) + " are allowed: name it as 'license'.");
            }
            for (String license : licenses) {
                if (!allowed.contains(license.toLowerCase(Locale.ROOT))) {
                    throw new PullException("The model's licence '" + license + "' is not among "
                            + String.join(", ", properties.allowedLicenses()) + ".");
                }
            }
        }
        return licenses;
    }

    private static Path target(RemoteFile file, Path folder) {
        return folder.resolve(file.packing() == RemoteFile.Packing.NONE ? FILES : LAYERS)
                .resolve(file.name());
    }

    /** The folders that a pull makes in its own, and from which it deletes files that are not in its list. */
    public static Set<String> folders() {
        return Set.of(FILES, LAYERS);
    }

    /** Removes earlier files that are not in the plan, and creates the folders of those that are. */
    private static void tidy(Path folder, PullPlan plan) throws IOException {
        Set<Path> wanted = new HashSet<>();
        for (RemoteFile file : plan.files()) {
            Path target = target(file, folder);
            if (!wanted.add(target)) {
                throw new PullException("The source names the file '" + file.name() + "' twice.");
            }
            wanted.add(FileDownload.part(target));
            wanted.add(FileDownload.etag(target));
            Files.createDirectories(Objects.requireNonNull(target.getParent()));
        }
        Files.createDirectories(folder.resolve(FILES));
        for (Path path : present(folder)) {
            if (!wanted.contains(path)) {
                Files.delete(path);
            }
        }
    }

    private static long presentBytes(Path folder) throws IOException {
        return present(folder).stream()
                .filter(Files::isRegularFile)
                .mapToLong(path -> path.toFile().length())
                .sum();
    }

    /** The files of earlier pulls. */
    private static List<Path> present(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : folders()) {
            Path own = folder.resolve(name);
            if (Files.isDirectory(own)) {
                try (Stream<Path> all = Files.walk(own)) {
                    all.filter(path -> !Files.isDirectory(path)).forEach(files::add);
                }
            }
        }
        return files;
    }

    private List<FileDownload.Done> fetch(
            PullPlan plan, Path folder, Authorization authorization, Stop stop, DiskGrowth growth, Watcher watcher) {
        var come = new AtomicLong();
        List<CompletableFuture<FileDownload.Done>> downloads = new ArrayList<>();
        Executor threads = run -> Thread.ofVirtual().name("pull").start(run);
        for (RemoteFile file : plan.files()) {
            LongConsumer progress = bytes -> {
                come.addAndGet(bytes);
                if (file.size() < 0) {
                    growth.add(bytes);
                }
            };
            var download = new FileDownload(
                    client, authorization, bandwidth, retries(stop), stop, progress, file, target(file, folder));
            downloads.add(CompletableFuture.supplyAsync(() -> inTurn(download, stop), threads));
        }
        downloads.forEach(one -> {
            var unused = one.whenComplete((done, failure) -> {
                if (failure != null) {
                    stop.now();
                }
            });
        });
        Runnable told = () -> watcher.at(fraction(come.get(), plan.bytes()), message(come.get(), plan, downloads));
        RuntimeException first = null;
        List<FileDownload.Done> done = new ArrayList<>();
        for (CompletableFuture<FileDownload.Done> download : downloads) {
            try {
                done.add(await(download, stop, told));
            } catch (Stop.StoppedException e) {
                first = first == null ? e : first;
            } catch (RuntimeException e) {
                first = first == null || first instanceof Stop.StoppedException ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
        return done;
    }

    private FileDownload.Done inTurn(FileDownload download, Stop stop) {
        try {
            while (!connections.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                stop.check();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Stop.StoppedException();
        }
        try {
            stop.check();
            return download.run();
        } finally {
            connections.release();
        }
    }

    private static double fraction(long come, long total) {
        return total == 0 ? 0 : Math.clamp((double) come / total, 0, 1);
    }

    private static String message(long come, PullPlan plan, List<? extends CompletableFuture<?>> downloads) {
        long ended = downloads.stream().filter(CompletableFuture::isDone).count();
        return "pulling: %d of %d files, %d of %d MB"
                .formatted(ended, plan.files().size(), come >> 20, Math.max(come, plan.bytes()) >> 20);
    }

    /** Runs something on a separate thread while the progress is reported. */
    private static <T> T watched(Stop stop, Supplier<T> work, Runnable told) {
        return await(
                CompletableFuture.supplyAsync(work, run -> Thread.ofVirtual().start(run)), stop, told);
    }

    /** The receiver of the progress may end the pull; its threads have ended when this returns. */
    private static <T> T await(CompletableFuture<T> work, Stop stop, Runnable told) {
        RuntimeException ended = null;
        while (true) {
            try {
                if (ended == null) {
                    told.run();
                }
            } catch (RuntimeException e) {
                ended = e;
                stop.now();
            }
            try {
                T result = work.get(100, TimeUnit.MILLISECONDS);
                if (ended != null) {
                    throw ended;
                }
                return result;
            } catch (TimeoutException e) {
                // not yet
            } catch (ExecutionException e) {
                if (ended != null) {
                    throw ended;
                }
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new CompletionException(e.getCause());
            } catch (InterruptedException e) {
                stop.now();
                Thread.currentThread().interrupt();
                throw new Stop.StoppedException();
            }
        }
    }

    private static List<FileDownload.Done> unpacked(
            PullPlan plan, List<FileDownload.Done> files, Path folder, Space space, DiskGrowth growth, Stop stop) {
        Map<Path, RemoteFile.Packing> packed = new HashMap<>();
        plan.files().forEach(file -> packed.put(target(file, folder), file.packing()));
        List<FileDownload.Done> all = new ArrayList<>();
        for (FileDownload.Done file : files) {
            RemoteFile.Packing packing = packed.getOrDefault(file.path(), RemoteFile.Packing.NONE);
            if (packing == RemoteFile.Packing.NONE) {
                all.add(file);
            } else {
                space.require(file.bytes(), file.bytes());
                all.addAll(new TarFiles(growth, stop).unpack(file.path(), packing, folder.resolve(FILES)));
            }
        }
        return all;
    }

    /** The name of a pulled file. */
    public String name(Path folder, Path file) {
        return named(folder.resolve(FILES), file);
    }

    private static String named(Path files, Path file) {
        return files.relativize(file).toString().replace('\\', '/');
    }

    private static Map<String, PulledFile> named(List<FileDownload.Done> files, Path folder) {
        Map<String, PulledFile> named = new TreeMap<>();
        for (FileDownload.Done file : files) {
            String name = named(folder, file.path());
            if (named.put(name, new PulledFile(name, file.bytes(), file.sha256())) != null) {
                throw new PullException("The source names the file '" + name + "' twice.");
            }
        }
        return named;
    }

    private Signed signed(String name, Map<String, PulledFile> files, Path folder) {
        PulledFile own = files.get(name);
        if (own == null) {
            throw new PullException("The source has no signature '" + name + "'.");
        }
        if (own.bytes() > PulledJson.MAX_BYTES) {
            throw new PullException(
                    "The signature '" + name + "' is larger than " + (PulledJson.MAX_BYTES >> 20) + " MB.");
        }
        Map<String, String> digests = new HashMap<>();
        files.forEach((file, pulled) -> {
            if (!file.equals(name)) {
                digests.put(file, pulled.sha256());
            }
        });
        try {
            return signature.verify(Files.readAllBytes(folder.resolve(name)), digests);
        } catch (IOException e) {
            throw new PullException("The signature '" + name + "' can't be read.", e);
        }
    }

    /** For a folder with safetensors the folder, otherwise the GGUF file, of several parts the first. */
    private static Path model(Path folder, Set<String> names) {
        List<String> gguf =
                names.stream().filter(name -> name.endsWith(".gguf")).sorted().toList();
        boolean whole = gguf.isEmpty() || names.stream().anyMatch(name -> name.endsWith(".safetensors"));
        return whole ? folder : folder.resolve(gguf.getFirst());
    }

    @Override
    public void close() {
        client.close();
    }
}

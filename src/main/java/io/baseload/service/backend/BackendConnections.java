package io.baseload.service.backend;

import io.baseload.service.database.BaseloadHome;
import io.baseload.service.encryption.MasterKeys;
import io.baseload.service.outbound.AllowedHosts;
import io.baseload.service.outbound.HttpClients;
import io.baseload.service.outbound.Secret;
import io.baseload.service.outbound.Secrets;
import io.baseload.service.tracing.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.stereotype.Component;

/** The backends that this process may use now: connects to them, probes them, and ends answers that are silent, or at their end, for too long. */
@Component
public final class BackendConnections implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BackendConnections.class);
    private static final long WATCH_MILLIS = 200;

    private final Access access;
    private final Map<String, BackendClient> clients = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("backend-clock").daemon().factory());

    @Autowired
    BackendConnections(
            BackendProperties properties,
            BaseloadHome home,
            MasterKeys keys,
            ObjectProvider<SslBundles> bundles,
            MeterRegistry registry,
            Traces traces) {
        this(properties, home, keys, bundles, registry, traces, System::nanoTime);
    }

    /** @param nanoTime for the pauses of backends that failed */
    BackendConnections(
            BackendProperties properties,
            BaseloadHome home,
            MasterKeys keys,
            ObjectProvider<SslBundles> bundles,
            MeterRegistry registry,
            Traces traces,
            LongSupplier nanoTime) {
        this.access = new Access(
                HttpClients.http1(
                        properties.connectTimeout(), HttpClients.tls(properties.sslBundle(), bundles::getObject)),
                new BackendAddresses(AllowedHosts.of(properties.allowedHosts())),
                new Secrets(Objects.requireNonNullElse(properties.keyFolder(), home.resolve("backend-keys")), keys),
                registry,
                traces,
                properties.probeTimeout(),
                VectorMemory.ofHeap(),
                ConcurrentHashMap.newKeySet(),
                nanoTime);
        long pause = properties.probeInterval().toMillis();
        var _ = clock.scheduleWithFixedDelay(this::watch, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
        var _ = clock.scheduleWithFixedDelay(
                () -> clients.values().forEach(BackendConnections::probe), pause, pause, TimeUnit.MILLISECONDS);
    }

    /**
     * The parts that all clients of backends share: the HTTP client, allowed addresses, keys, metrics, traces, the time limit of a probe, and the memory for vectors.
     *
     * @param streams the answers that are arriving, those to clients that were replaced too
     * @param nanoTime for the pauses of those that failed
     */
    record Access(
            HttpClient http,
            BackendAddresses addresses,
            Secrets secrets,
            MeterRegistry registry,
            Traces traces,
            Duration probeTimeout,
            VectorMemory vectors,
            Set<AnswerStream> streams,
            LongSupplier nanoTime) {}

    /**
     * Reads an address.
     *
     * @throws io.baseload.chat.api.InvalidRequestException if it is not an address, or the configuration does not allow it
     */
    public URI address(String text) {
        return access.addresses().parse(text);
    }

    /** @throws io.baseload.chat.api.InvalidRequestException if this process can't find the key, or it may not be used */
    public void check(Secret secret) {
        access.secrets().check(secret, "api_key");
    }

    /** Sets the current backends. Unchanged ones keep their connections and health; running requests to others continue. */
    public synchronized void use(List<Backend> backends) {
        var gone = new HashMap<>(clients);
        for (Backend backend : backends) {
            BackendClient known = gone.remove(backend.name());
            if (known == null || !known.backend().equals(backend)) {
                if (known != null) {
                    known.close();
                }
                var client = new BackendClient(backend, access);
                clients.put(backend.name(), client);
                probe(client);
            }
        }
        gone.forEach((name, client) -> {
            clients.remove(name);
            client.forget();
        });
    }

    public Optional<BackendClient> find(String name) {
        return Optional.ofNullable(clients.get(name));
    }

    /** By name. */
    public List<BackendClient> all() {
        return clients.values().stream()
                .sorted(Comparator.comparing(client -> client.backend().name()))
                .toList();
    }

    private static void probe(BackendClient client) {
        Thread.ofVirtual().name("probe-" + client.backend().name()).start(client::probe);
    }

    /** Ends answers that have been silent, or at their end, for too long. */
    void watch() {
        try {
            long now = System.nanoTime();
            access.streams().forEach(stream -> stream.closeIfLate(now));
        } catch (RuntimeException | Error e) {
            log.error("Silent backends are not noticed now", e);
        }
    }

    /** Ends all running answers. */
    public void cancelAll() {
        access.streams().forEach(AnswerStream::close);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        cancelAll();
        access.http().shutdownNow();
    }
}

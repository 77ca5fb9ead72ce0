package io.baseload.service.registry;

import io.baseload.chat.api.AbandonedException;
import io.baseload.chat.api.WantedResult;
import io.baseload.engine.api.OverloadedException;
import io.baseload.service.registry.Jobs.CancelledException;
import io.baseload.service.registry.ModelRows.LoadDemand;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Models that are loaded on request and unloaded when idle, according to {@link Residence.Policy}.
 *
 * <p>The first request for a model starts its load; all further requests wait for the same load, each for as long as the policy allows, and are then answered or told to retry. The
 * load continues whoever still waits. If memory is short, idle models are unloaded, the least recently used first. Pinned models are not, nor is one that is answering, so a load
 * may wait for one to become free. A model whose load failed is not tried again for a minute.
 */
@Component
public final class OnDemandModels {
    private static final Logger LOG = LoggerFactory.getLogger(OnDemandModels.class);
    private static final Duration RETRY = Duration.ofMinutes(1);
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ModelRows rows;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final Residence residence;
    private final Map<String, CompletableFuture<Void>> loads = new ConcurrentHashMap<>();
    /** When models whose load failed may be tried again, by System.nanoTime(). */
    private final Map<String, Long> retryAt = new ConcurrentHashMap<>();

    private final Map<String, Integer> waiting = new ConcurrentHashMap<>();

    OnDemandModels(ModelRows rows, ModelLoader loader, LoadedModels loaded, Residence residence) {
        this.rows = rows;
        this.loader = loader;
        this.loaded = loaded;
        this.residence = residence;
    }

    public boolean isOn() {
        return residence.policy().onDemand();
    }

    /**
     * Has a requested model loaded.
     *
     * @param patience how long the request waits for it, if that is less than the policy allows
     * @param again tries to acquire it
     * @return empty if nothing is loaded on request, or there is no such model
     * @throws ModelUnavailableException if it does not answer in time, or can't be loaded
     * @throws OverloadedException if too many of the tenant's requests wait
     * @throws AbandonedException if nobody waits for the answer any more
     */
    public Optional<ServedModel> bring(
            String tenant, String name, String id, LoadPatience patience, Supplier<Optional<ServedModel>> again) {
        if (!isOn() || !rows.existsById(id)) {
            return Optional.empty();
        }
        long now = System.nanoTime();
        Duration left = Duration.ofNanos(retryAt.getOrDefault(id, now) - now);
        if (left.isPositive()) {
            throw new ModelUnavailableException(name, "not loaded, because its last load failed", left);
        }
        CompletableFuture<Void> load = loads.computeIfAbsent(id, this::begin);
        Duration wait = patience.within(residence.policy().loadWait()).minusNanos(System.nanoTime() - now);
        if (!wait.isPositive()) {
            throw new ModelUnavailableException(name, "being loaded", SOON);
        }
        if (waiting.merge(tenant, 1, Integer::sum) > residence.policy().maxWaiting()) {
            leave(tenant);
            throw new OverloadedException("Too many requests of this tenant wait for models to be loaded.", SOON);
        }
        try {
            await(name, load, wait, patience.wanted());
        } finally {
            leave(tenant);
        }
        Optional<ServedModel> model = again.get();
        if (model.isEmpty()) { // it was unloaded at once, for another one
            throw new ModelUnavailableException(name, "being loaded", SOON);
        }
        return model;
    }

    private void leave(String tenant) {
        waiting.computeIfPresent(tenant, (who, count) -> count == 1 ? null : count - 1);
    }

    private static void await(String name, CompletableFuture<Void> load, Duration wait, BooleanSupplier wanted) {
        try {
            if (!WantedResult.await(load, wait, wanted)) {
                throw new ModelUnavailableException(name, "being loaded", SOON);
            }
            load.get();
        } catch (ExecutionException e) {
            String why = e.getCause() instanceof NotEnoughMemoryException
                    ? "not loaded, because memory is short"
                    : "not loaded, because its load failed";
            throw new ModelUnavailableException(name, why, RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelUnavailableException(name, "being loaded", SOON);
        }
    }

    private CompletableFuture<Void> begin(String id) {
        var end = new CompletableFuture<Void>();
        Thread.ofVirtual().name("load-" + id).start(() -> {
            try {
                load(id);
                retryAt.remove(id);
                loads.remove(id, end);
                end.complete(null);
            } catch (RuntimeException | Error e) {
                if (!(e instanceof NotEnoughMemoryException) && !(e instanceof CancelledException)) {
                    retryAt.put(id, System.nanoTime() + RETRY.toNanos());
                }
                LOG.warn("{} was requested, but can't be loaded: {}", id, Jobs.inWords(e));
                loads.remove(id, end);
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    /** If all models in memory are answering, waits for one to become free, as long as a request would. */
    void load(String id) {
        LOG.info("Loading {} for a request", id);
        long deadline = System.nanoTime() + residence.policy().loadWait().toNanos();
        while (true) {
            try {
                loader.load(id, Jobs.Progress.IGNORED, () -> arrived(id), this::makeRoom);
                return;
            } catch (NotEnoughMemoryException e) {
                if (e.isForEver() || System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                pause();
            }
        }
    }

    private void arrived(String id) {
        if (rows.findById(id).filter(row -> row.wanted() == LoadDemand.NO).isPresent()) {
            residence.invite(id);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        }
    }

    /** Unloads the least recently used models, as many as are needed; in a turn. */
    private Optional<CompletableFuture<?>> makeRoom(Predicate<Collection<String>> enough) {
        List<String> idle = idle(Duration.ZERO);
        return IntStream.rangeClosed(1, idle.size())
                .mapToObj(count -> idle.subList(0, count))
                .filter(enough)
                .findFirst()
                .map(chosen -> CompletableFuture.allOf(chosen.stream()
                        .filter(this::rest)
                        .peek(id -> LOG.info("Unloading {} to make room for another model", id))
                        .map(loaded::gone)
                        .toArray(CompletableFuture[]::new)));
    }

    /** Unloads models that have been idle for long enough; in a turn, now and then. */
    public void sweep() {
        Duration time = residence.policy().idleTime();
        if (!time.isZero()) {
            sweep(time);
        }
    }

    void sweep(Duration time) {
        for (String id : idle(time)) {
            if (rest(id)) {
                LOG.info("Unloading {}, which has had no request for {} s", id, time.toSeconds());
            }
        }
    }

    private List<String> idle(Duration time) {
        List<String> idle = loaded.idle(time);
        if (idle.isEmpty()) {
            return idle;
        }
        Set<String> pinned = new HashSet<>(rows.pinned());
        return idle.stream().filter(id -> !pinned.contains(id)).toList();
    }

    /** @return false if it was requested just now: then it stays */
    private boolean rest(String id) {
        boolean drained = loaded.drainIfIdle(id);
        if (drained) {
            residence.rest(id);
        }
        return drained;
    }
}

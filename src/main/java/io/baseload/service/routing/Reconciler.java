package io.baseload.service.routing;

import io.baseload.service.cluster.Membership;
import io.baseload.service.registry.Jobs;
import io.baseload.service.registry.Jobs.CancelledException;
import io.baseload.service.registry.LoadedModels;
import io.baseload.service.registry.Model;
import io.baseload.service.registry.ModelLoader;
import io.baseload.service.registry.ModelRows.ModelRow;
import io.baseload.service.registry.NotEnoughMemoryException;
import io.baseload.service.registry.OnDemandModels;
import io.baseload.service.registry.Residence;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Brings this process in line with the state wanted by the database, whichever process received the request: learns of backends, loads models, moves aliases, then unloads models.
 * Runs each second, in a turn. Loads run outside of it, so that nothing else waits for them: a name moves when its model answers here, and its old model stays until then.
 */
@Component
final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final Duration RETRY = Duration.ofMinutes(1);

    private final AliasTargets aliases;
    private final AliasRoutes routes;
    private final Backends backends;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final Residence residence;
    private final OnDemandModels onDemand;
    private final Canaries canaries;
    private final Jobs jobs;
    private final Membership membership;
    /** When models whose load failed may be loaded again, by System.nanoTime(). */
    private final Map<String, Long> failed = new ConcurrentHashMap<>();

    private volatile Set<String> wanted = Set.of();
    private List<?> told = List.of(); // used only by the clock's thread
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("reconciler").daemon().factory());

    Reconciler(
            AliasTargets aliases,
            AliasRoutes routes,
            Backends backends,
            ModelLoader loader,
            LoadedModels loaded,
            Residence residence,
            OnDemandModels onDemand,
            Canaries canaries,
            Jobs jobs,
            Membership membership) {
        this.aliases = aliases;
        this.routes = routes;
        this.backends = backends;
        this.loader = loader;
        this.loaded = loaded;
        this.residence = residence;
        this.onDemand = onDemand;
        this.canaries = canaries;
        this.jobs = jobs;
        this.membership = membership;
    }

    /** @param expected the models that its caller loads now */
    void start(Collection<String> expected) {
        wanted = Set.copyOf(expected);
        var unused = clock.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    void stop() {
        clock.shutdownNow();
    }

    /** A part that fails keeps no other one from being done, and not even an Error may end the clock. */
    private void tick() {
        List<Runnable> parts = List.of(
                jobs::tell,
                jobs::failInterrupted,
                loader::forgetUnused,
                backends::refresh,
                () -> loader.inTurn(this::reconcile),
                () -> loader.inTurn(onDemand::sweep),
                canaries::tick,
                this::tell);
        Set<String> failures = new LinkedHashSet<>();
        for (Runnable part : parts) {
            try {
                part.run();
            } catch (RuntimeException | Error e) {
                failures.add(Jobs.inWords(e));
            }
        }
        if (!failures.isEmpty()) {
            LOG.warn("The wanted state can't be read, or not reached, now: {}", String.join("; ", failures));
        }
    }

    private void tell() {
        var now = List.of(loader.states(), loaded.aliases(), routes.all());
        if (!now.equals(told)) {
            membership.tell();
            told = now;
        }
    }

    private void reconcile() {
        List<ModelRow> rows = loader.wanted();
        wanted = rows.stream().map(ModelRow::id).collect(Collectors.toSet());
        rows.stream().map(ModelRow::id).filter(this::isDue).forEach(this::startLoad);
        routes.use(aliases.all());
        Map<String, List<String>> names = routes.local();
        Set<String> kept = new HashSet<>();
        names.forEach((name, models) -> {
            if (mayMove(name, models)) {
                loaded.point(name, models);
            } else {
                kept.addAll(loaded.resolve(name));
            }
        });
        Set<String> gone = new HashSet<>(loaded.aliases().keySet());
        gone.removeAll(names.keySet());
        gone.forEach(loaded::forget);
        Set<String> unwanted = new HashSet<>();
        loaded.models().forEach(model -> unwanted.add(model.id()));
        unwanted.removeAll(wanted);
        unwanted.removeAll(kept);
        unwanted.removeIf(residence::isGuest);
        unwanted.forEach(loaded::drain);
    }

    private boolean isDue(String id) {
        long now = System.nanoTime();
        Model.State state = loader.state(id);
        return state != Model.State.LOADED
                && state != Model.State.LOADING
                && !residence.isResting(id)
                && failed.getOrDefault(id, now) - now <= 0;
    }

    /** A name stays with its old models while one of the new ones is being loaded. */
    private boolean mayMove(String name, List<String> models) {
        return models.stream().noneMatch(model -> loader.state(model) == Model.State.LOADING)
                || loaded.resolve(name).stream().noneMatch(loaded::answers);
    }

    private void startLoad(String id) {
        loader.expect(id);
        Thread.ofVirtual().name("load-" + id).start(() -> load(id));
    }

    /**
     * Loads a model that should be in memory, as long as it is wanted; one that fails is tried again after a while.
     *
     * @return false if it failed
     */
    boolean load(String id) {
        long begin = System.nanoTime();
        try {
            LOG.info("Loading {}, which should be in memory …", id);
            loader.load(id, (fraction, message) -> endIfUnwanted(id), () -> {});
            failed.remove(id);
            LOG.info("{} answers after {} ms", id, (System.nanoTime() - begin) / 1_000_000);
        } catch (CancelledException e) {
            LOG.info("Unloading {}, which is no longer needed", id);
        } catch (RuntimeException | Error e) {
            if (e instanceof NotEnoughMemoryException && onDemand.isOn()) {
                LOG.info("{} will be loaded on request: {}", id, Jobs.inWords(e));
                residence.rest(id);
                return true;
            }
            boolean again = failed.put(id, System.nanoTime() + RETRY.toNanos()) != null;
            if (again) {
                LOG.error("{} still can't be loaded: {}", id, Jobs.inWords(e));
            } else if (!clock.isShutdown()) {
                LOG.error("{} can't be loaded: {}", id, Jobs.inWords(e), e);
            }
            return false;
        }
        return true;
    }

    private void endIfUnwanted(String id) {
        if (!wanted.contains(id)) {
            throw new CancelledException();
        }
    }
}

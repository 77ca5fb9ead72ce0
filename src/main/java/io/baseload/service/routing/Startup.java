package io.baseload.service.routing;

import io.baseload.engine.api.Engine;
import io.baseload.engine.store.ModelStore;
import io.baseload.service.registry.BundledModelImport;
import io.baseload.service.registry.Jobs;
import io.baseload.service.registry.LoadedModels;
import io.baseload.service.registry.ModelLoader;
import io.baseload.service.registry.ModelRows.ModelRow;
import io.baseload.service.registry.Residence;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * At the start, all models that were in memory are loaded again, in parallel to the start of the web server; at the end the engine stops, after the web server.
 *
 * <p>{@link Readiness} says when the service is ready. From then on it stays ready whatever operators do with models and names: requests for a model that is not there get an error,
 * and the admin API stays reachable.
 */
@Component
public final class Startup implements SmartLifecycle {
    /** The default alias; its model is loaded first. */
    public static final String DEFAULT = "default";

    /** Below the web server's phase, above the phase in which the ledger settles ended requests. */
    static final int PHASE = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

    private final AliasTargets aliases;
    private final AliasRoutes routes;
    private final Backends backends;
    private final Jobs jobs;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final Residence residence;
    private final Readiness readiness;
    private final BundledModelImport bundled;
    private final Reconciler reconciler;
    private final ModelStore store;
    private final Engine engine;
    private final CompletableFuture<Void> restored = new CompletableFuture<>();
    private volatile boolean running;
    /** Whether the first loads left nothing broken: then the service is ready even if no model is in memory. */
    private volatile boolean usable;

    private volatile boolean ready;

    Startup(
            AliasTargets aliases,
            AliasRoutes routes,
            Backends backends,
            Jobs jobs,
            ModelLoader loader,
            LoadedModels loaded,
            Residence residence,
            Readiness readiness,
            BundledModelImport bundled,
            Reconciler reconciler,
            ModelStore store,
            Engine engine) {
        this.aliases = aliases;
        this.routes = routes;
        this.backends = backends;
        this.jobs = jobs;
        this.loader = loader;
        this.loaded = loaded;
        this.residence = residence;
        this.readiness = readiness;
        this.bundled = bundled;
        this.reconciler = reconciler;
        this.store = store;
        this.engine = engine;
    }

    @Override
    public void start() {
        running = true;
        jobs.failInterrupted();
        loader.forgetUnused();
        if (loader.hasEngine()) {
            bundled.run(model -> aliases.create(model.alias(), AliasRoute.to(model.id())));
        }
        backends.sealKeys();
        backends.refresh();
        routes.use(aliases.all());
        routes.local().forEach(loaded::point);
        List<String> wanted = inOrder(loader.wanted());
        wanted.forEach(loader::expect);
        reconciler.start(wanted); // backends, names and unloads don't wait for the first loads
        Thread.ofVirtual().name("first-loads").start(() -> {
            try {
                long failures =
                        wanted.stream().filter(id -> !reconciler.load(id)).count();
                usable = failures == 0 || residence.policy().onDemand();
                goOnWithJobs();
            } finally {
                restored.complete(null);
            }
        });
    }

    /** They need an engine. */
    private void goOnWithJobs() {
        if (!loader.hasEngine()) {
            return;
        }
        try {
            jobs.goOn();
        } catch (RuntimeException | Error e) {
            LOG.error("Jobs from before the restart can't be continued: {}", Jobs.inWords(e), e);
        }
    }

    /** Whether the service can be used. */
    public boolean isReady() {
        boolean enough = restored.isDone() || readiness == Readiness.FIRST;
        ready = ready || enough && (usable || loaded.answersAny());
        return ready;
    }

    /** Completes when each model that was in memory before the last stop is loaded again, or could not be. */
    public CompletableFuture<Void> restored() {
        return restored.copy();
    }

    /** The models behind {@code default} first. */
    private List<String> inOrder(List<ModelRow> wanted) {
        List<String> first = loaded.resolve(DEFAULT);
        return wanted.stream()
                .map(ModelRow::id)
                .sorted(Comparator.comparing(id -> !first.contains(id)))
                .toList();
    }

    @Override
    public void stop() {
        running = false;
        reconciler.stop();
        store.pause();
        jobs.stop();
        backends.cancelAll();
        engine.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}

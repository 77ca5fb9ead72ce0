package io.baseload.service.registry;

import io.baseload.engine.api.Engine;
import io.baseload.service.registry.Jobs.CancelledException;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.service.registry.ModelRows.ModelRow;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** At the start everything that was in memory is loaded again, beside the start of the web server; at the end the engine stops, after the web server did. */
@Component
final class Startup implements SmartLifecycle {
    /** Below the web server's phase, above the phase in which the ledger settles what ended. */
    static final int PHASE = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(Startup.class);

    private final ModelRows models;
    private final AliasRows aliases;
    private final Jobs jobs;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final BundledModelImport bundled;
    private final Readiness readiness;
    private final Reconciler reconciler;
    private final Engine engine;
    private volatile boolean running;

    Startup(
            ModelRows models,
            AliasRows aliases,
            Jobs jobs,
            ModelLoader loader,
            LoadedModels loaded,
            BundledModelImport bundled,
            Readiness readiness,
            Reconciler reconciler,
            Engine engine) {
        this.models = models;
        this.aliases = aliases;
        this.jobs = jobs;
        this.loader = loader;
        this.loaded = loaded;
        this.bundled = bundled;
        this.readiness = readiness;
        this.reconciler = reconciler;
        this.engine = engine;
    }

    @Override
    public void start() {
        running = true;
        jobs.failInterrupted();
        bundled.run();
        aliases.findAll().forEach(row -> loaded.point(row.name(), row.model()));
        List<ModelRow> wanted = inOrder(models.wanted());
        wanted.forEach(row -> loader.expect(row.id()));
        Thread.ofVirtual().name("first-loads").start(() -> {
            wanted.forEach(this::load);
            readiness.nowRestored(wanted.isEmpty());
            reconciler.start();
        });
    }

    /** The model behind {@code default} first. */
    private List<ModelRow> inOrder(List<ModelRow> wanted) {
        String first = loaded.resolve(Readiness.DEFAULT);
        return wanted.stream()
                .sorted(Comparator.comparing(row -> !row.id().equals(first)))
                .toList();
    }

    private void load(ModelRow row) {
        long begin = System.nanoTime();
        try {
            LOG.info("Loading {} …", row.id());
            loader.load(row.id(), Progress.IGNORED, () -> {});
            LOG.info("{} answers after {} ms", row.id(), (System.nanoTime() - begin) / 1_000_000);
        } catch (CancelledException e) {
            LOG.info("The load of {} was cancelled", row.id());
        } catch (RuntimeException e) {
            if (running) {
                LOG.error("{} can't be loaded: {}", row.id(), Jobs.inWords(e), e);
            }
        }
    }

    @Override
    public void stop() {
        running = false;
        reconciler.stop();
        jobs.stop();
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

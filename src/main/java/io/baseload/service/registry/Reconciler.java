package io.baseload.service.registry;

import io.baseload.service.cluster.Membership;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Brings this process to what the database says is wanted, whichever process was asked for it: loads models, moves aliases, then lets go of models. In this order,
 * so that no name points to a model that is not there yet. Each second; whoever changes something here has the turn, and is not disturbed.
 */
@Component
final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final Duration RETRY = Duration.ofMinutes(1);

    private final ModelRows models;
    private final AliasRows aliases;
    private final Loader loader;
    private final Serving serving;
    private final Jobs jobs;
    private final Membership membership;
    private final Map<String, Instant> failed = new HashMap<>(); // the clock's thread only
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("reconciler").daemon().factory());

    Reconciler(ModelRows models, AliasRows aliases, Loader loader, Serving serving, Jobs jobs, Membership membership) {
        this.models = models;
        this.aliases = aliases;
        this.loader = loader;
        this.serving = serving;
        this.jobs = jobs;
        this.membership = membership;
    }

    void start() {
        var unused = clock.scheduleWithFixedDelay(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    void stop() {
        clock.shutdownNow();
    }

    private void tick() {
        try {
            jobs.tell();
            jobs.failInterrupted();
            var before = List.of(loader.states(), serving.aliases());
            loader.tryInTurn(this::reconcile);
            if (!before.equals(List.of(loader.states(), serving.aliases()))) {
                membership.tell();
            }
        } catch (RuntimeException e) {
            LOG.warn("What is wanted is not known now: {}", Jobs.inWords(e));
        }
    }

    private void reconcile() {
        List<ModelRow> wanted = models.wanted();
        List<AliasRow> names = aliases.findAll();
        wanted.stream().filter(this::isDue).forEach(this::load);
        names.forEach(row -> serving.point(row.name(), row.model()));
        Set<String> gone = new HashSet<>(serving.aliases().keySet());
        names.forEach(row -> gone.remove(row.name()));
        gone.forEach(serving::forget);
        Set<String> unwanted = new HashSet<>();
        serving.slots().forEach(slot -> unwanted.add(slot.id()));
        wanted.forEach(row -> unwanted.remove(row.id()));
        unwanted.forEach(serving::drain);
    }

    private boolean isDue(ModelRow row) {
        return !serving.answers(row.id())
                && !failed.getOrDefault(row.id(), Instant.MIN)
                        .isAfter(Instant.now().minus(RETRY));
    }

    private void load(ModelRow row) {
        try {
            LOG.info("Loading {}, which is wanted", row.id());
            loader.load(row, Progress.IGNORED);
            failed.remove(row.id());
        } catch (RuntimeException e) {
            failed.put(row.id(), Instant.now());
            LOG.error("{} can't be loaded: {}", row.id(), Jobs.inWords(e));
        }
    }
}

package io.baseload.service.registry;

import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.ResidentModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;

/**
 * The models in memory and the aliases that point to models. One lock makes finding and acquiring a model a single step, so that no request gets in between the move of an alias
 * and the drain of its old model. Nothing waits inside the lock.
 */
@Component
public final class LoadedModels {
    private final Object lock = new Object();
    private final Map<String, List<String>> aliases = new HashMap<>();
    private final Map<String, Entry> entries = new HashMap<>();
    private final List<Listener> listeners;

    LoadedModels(List<Listener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    /** Learns which models are in memory. */
    public interface Listener {
        void entered(String id, ResidentModel model);

        /** The model's memory is free. */
        void left(String id);
    }

    /** The ids that a name stands for: an alias's models, or the name itself. Never empty. */
    public List<String> resolve(String name) {
        synchronized (lock) {
            return aliases.getOrDefault(name, List.of(name));
        }
    }

    /** The one of them that is preferred, or the first if the name has moved away from that. */
    public String resolve(String name, String preferred) {
        return preferred(resolve(name), preferred);
    }

    private static String preferred(List<String> ids, String preferred) {
        return ids.contains(preferred) ? preferred : ids.getFirst();
    }

    /**
     * Acquires a model behind a name; empty if it doesn't answer.
     *
     * @param preferred acquired if the name stands for it and it is allowed; otherwise the first one that is allowed
     * @param allowed whether the model of this id may be used; checked in the same step, so that no alias moves in between
     * @throws UnknownModelException if none may be used
     */
    public Optional<ServedModel> acquire(String name, String preferred, Predicate<String> allowed) {
        synchronized (lock) {
            List<String> ids = resolve(name).stream().filter(allowed).toList();
            if (ids.isEmpty()) {
                throw new UnknownModelException(name);
            }
            String id = preferred(ids, preferred);
            Entry entry = entries.get(id);
            if (entry == null || !entry.open()) {
                return Optional.empty();
            }
            entry.hold();
            return Optional.of(new HeldModel(entry.model(), () -> release(entry)));
        }
    }

    private void release(Entry entry) {
        boolean close;
        synchronized (lock) {
            close = entry.release();
        }
        if (close) {
            close(entry);
        }
    }

    void open(ServableModel model) {
        synchronized (lock) {
            if (entries.putIfAbsent(model.id(), new Entry(model)) != null) {
                throw new IllegalStateException(model.id() + " is in memory already");
            }
        }
        listeners.forEach(listener -> listener.entered(model.id(), model.resident()));
    }

    /**
     * Makes a model in memory answer again.
     *
     * @return false if it is not there, or its memory is being freed
     */
    boolean reopen(String id) {
        CompletableFuture<Boolean> waiting;
        synchronized (lock) {
            Entry entry = entries.get(id);
            if (entry == null || entry.closed()) {
                return false;
            }
            waiting = entry.reopen();
        }
        waiting.complete(false);
        return true;
    }

    /** Accepts nothing more for a model; it is unloaded when its running answers have ended. */
    public void drain(String id) {
        drain(id, entry -> true);
    }

    /**
     * The same, only if the model is answering nobody.
     *
     * @return whether it was so
     */
    boolean drainIfIdle(String id) {
        return drain(id, Entry::isIdle);
    }

    private boolean drain(String id, Predicate<Entry> condition) {
        Entry entry;
        boolean close;
        synchronized (lock) {
            entry = entries.get(id);
            if (entry == null || !condition.test(entry)) {
                return false;
            }
            close = entry.drain();
        }
        if (close) {
            close(entry);
        }
        return true;
    }

    /** Completes with true when a draining model has been unloaded, with false when it answers again; at once if it is not there, or answers. */
    CompletableFuture<Boolean> gone(String id) {
        synchronized (lock) {
            Entry entry = entries.get(id);
            return entry == null || entry.open() ? CompletableFuture.completedFuture(entry == null) : entry.gone();
        }
    }

    private void close(Entry entry) {
        ServableModel model = entry.model();
        var _ = model.resident().freed().whenComplete((done, failure) -> {
            synchronized (lock) {
                entries.remove(model.id(), entry);
            }
            listeners.forEach(listener -> listener.left(model.id()));
            entry.gone().complete(true);
        });
        model.resident().close();
    }

    /** @param ids one or more */
    public void point(String alias, List<String> ids) {
        synchronized (lock) {
            aliases.put(alias, List.copyOf(ids));
        }
    }

    public void forget(String alias) {
        synchronized (lock) {
            aliases.remove(alias);
        }
    }

    public Map<String, List<String>> aliases() {
        synchronized (lock) {
            return Map.copyOf(aliases);
        }
    }

    /** Models that have been idle for at least this time, the longest first. */
    List<String> idle(Duration time) {
        record Idle(String id, long nanos) {}
        synchronized (lock) {
            return entries.values().stream()
                    .filter(Entry::isIdle)
                    .map(entry -> new Idle(entry.model().id(), System.nanoTime() - entry.lastUse()))
                    .filter(entry -> entry.nanos() >= time.toNanos())
                    .sorted(Comparator.comparingLong(Idle::nanos).reversed())
                    .map(Idle::id)
                    .toList();
        }
    }

    /** Everything in memory, including draining models. */
    public List<ServableModel> models() {
        synchronized (lock) {
            List<ServableModel> models = new ArrayList<>();
            entries.values().forEach(entry -> models.add(entry.model()));
            return models;
        }
    }

    public Optional<ServableModel> model(String id) {
        synchronized (lock) {
            return Optional.ofNullable(entries.get(id)).map(Entry::model);
        }
    }

    /** Whether any model answers. */
    public boolean answersAny() {
        synchronized (lock) {
            return entries.values().stream().anyMatch(Entry::open);
        }
    }

    public boolean answers(String id) {
        synchronized (lock) {
            Entry entry = entries.get(id);
            return entry != null && entry.open();
        }
    }

    /**
     * A model in memory.
     *
     * @param fingerprint identifies build and weights
     * @param options with which it was loaded
     */
    public record ServableModel(
            String id,
            String fingerprint,
            Instant created,
            ResidentModel resident,
            LoadOptions options,
            ModelUse use) {}

    /** A model with its number of holds, guarded by the lock. */
    private static final class Entry {
        private final ServableModel model;
        private CompletableFuture<Boolean> gone = new CompletableFuture<>();
        private int holds;
        private long lastUse = System.nanoTime();
        private boolean draining;
        private boolean closed;

        Entry(ServableModel model) {
            this.model = model;
        }

        ServableModel model() {
            return model;
        }

        boolean open() {
            return !draining;
        }

        void hold() {
            holds++;
            lastUse = System.nanoTime();
        }

        boolean isIdle() {
            return open() && holds == 0;
        }

        long lastUse() {
            return lastUse;
        }

        /** @return whether the model is to be closed now */
        boolean release() {
            holds--;
            lastUse = System.nanoTime();
            return closeIfUnused();
        }

        /** @return whether the model is to be closed now */
        boolean drain() {
            draining = true;
            return closeIfUnused();
        }

        boolean closed() {
            return closed;
        }

        /**
         * Cancels a drain.
         *
         * @return the end that others wait for, which doesn't come
         */
        CompletableFuture<Boolean> reopen() {
            CompletableFuture<Boolean> waiting = gone;
            gone = new CompletableFuture<>();
            draining = false;
            return waiting;
        }

        private boolean closeIfUnused() {
            boolean now = draining && holds == 0 && !closed;
            closed |= now;
            return now;
        }

        /** Completes with true when the model's memory is free, with false when it is opened again. */
        CompletableFuture<Boolean> gone() {
            return gone;
        }
    }

    /** One request's hold on a model. */
    private static final class HeldModel implements ServedModel {
        private final ServableModel model;
        private final Runnable release;
        private final AtomicBoolean open = new AtomicBoolean(true);

        HeldModel(ServableModel model, Runnable release) {
            this.model = model;
            this.release = release;
        }

        @Override
        public String id() {
            return model.id();
        }

        @Override
        public String fingerprint() {
            return model.fingerprint();
        }

        @Override
        public ModelUse use() {
            return model.use();
        }

        @Override
        public boolean showsSteps() {
            return true;
        }

        @Override
        public int maxAnswers() {
            return places();
        }

        @Override
        public boolean sharesOutputMemory() {
            return false;
        }

        @Override
        public int places() {
            return model.resident().places();
        }

        @Override
        public Duration queueTime() {
            return model.resident().queueTime();
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                release.run();
            }
        }
    }
}

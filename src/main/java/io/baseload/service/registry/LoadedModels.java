package io.baseload.service.registry;

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
    private final Map<String, String> aliases = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
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

    /** The id that a name stands for: an alias's model, or the name itself. */
    public String resolve(String name) {
        synchronized (lock) {
            return aliases.getOrDefault(name, name);
        }
    }

    /**
     * Acquires the model behind a name; empty if it doesn't answer.
     *
     * @param allowed whether the model of this id may be used; checked in the same step, so that no alias moves in between
     * @throws UnknownModelException if it may not
     */
    public Optional<ServedModel> acquire(String name, Predicate<String> allowed) {
        synchronized (lock) {
            String id = aliases.getOrDefault(name, name);
            if (!allowed.test(id)) {
                throw new UnknownModelException(name);
            }
            Place place = places.get(id);
            if (place == null || !place.open()) {
                return Optional.empty();
            }
            place.hold();
            return Optional.of(new Hold(place.slot(), () -> release(place)));
        }
    }

    private void release(Place place) {
        boolean close;
        synchronized (lock) {
            close = place.release();
        }
        if (close) {
            close(place);
        }
    }

    void open(Slot slot) {
        synchronized (lock) {
            if (places.putIfAbsent(slot.id(), new Place(slot)) != null) {
                throw new IllegalStateException(slot.id() + " is in memory already");
            }
        }
        listeners.forEach(listener -> listener.entered(slot.id(), slot.model()));
    }

    /**
     * Makes a model in memory answer again.
     *
     * @return false if it is not there, or its memory is being freed
     */
    boolean reopen(String id) {
        CompletableFuture<Boolean> waiting;
        synchronized (lock) {
            Place place = places.get(id);
            if (place == null || place.closed()) {
                return false;
            }
            waiting = place.reopen();
        }
        waiting.complete(false);
        return true;
    }

    /** Accepts nothing more for a model; it is unloaded when its running answers have ended. */
    public void drain(String id) {
        drain(id, place -> true);
    }

    /**
     * The same, only if the model is answering nobody.
     *
     * @return whether it was so
     */
    boolean drainIfIdle(String id) {
        return drain(id, Place::isIdle);
    }

    private boolean drain(String id, Predicate<Place> condition) {
        Place place;
        boolean close;
        synchronized (lock) {
            place = places.get(id);
            if (place == null || !condition.test(place)) {
                return false;
            }
            close = place.drain();
        }
        if (close) {
            close(place);
        }
        return true;
    }

    /** Completes with true when a draining model has been unloaded, with false when it answers again; at once if it is not there, or answers. */
    CompletableFuture<Boolean> gone(String id) {
        synchronized (lock) {
            Place place = places.get(id);
            return place == null || place.open() ? CompletableFuture.completedFuture(place == null) : place.gone();
        }
    }

    private void close(Place place) {
        Slot slot = place.slot();
        var _ = slot.model().freed().whenComplete((done, failure) -> {
            synchronized (lock) {
                places.remove(slot.id(), place);
            }
            listeners.forEach(listener -> listener.left(slot.id()));
            place.gone().complete(true);
        });
        slot.model().close();
    }

    public void point(String alias, String id) {
        synchronized (lock) {
            aliases.put(alias, id);
        }
    }

    public void forget(String alias) {
        synchronized (lock) {
            aliases.remove(alias);
        }
    }

    public Map<String, String> aliases() {
        synchronized (lock) {
            return Map.copyOf(aliases);
        }
    }

    /** Models that have been idle for at least this time, the longest first. */
    List<String> idle(Duration time) {
        record Idle(String id, long nanos) {}
        synchronized (lock) {
            return places.values().stream()
                    .filter(Place::isIdle)
                    .map(place -> new Idle(place.slot().id(), System.nanoTime() - place.lastUse()))
                    .filter(place -> place.nanos() >= time.toNanos())
                    .sorted(Comparator.comparingLong(Idle::nanos).reversed())
                    .map(Idle::id)
                    .toList();
        }
    }

    /** Everything in memory, including draining models. */
    public List<Slot> slots() {
        synchronized (lock) {
            List<Slot> slots = new ArrayList<>();
            places.values().forEach(place -> slots.add(place.slot()));
            return slots;
        }
    }

    public Optional<Slot> slot(String id) {
        synchronized (lock) {
            return Optional.ofNullable(places.get(id)).map(Place::slot);
        }
    }

    /** Whether any model answers. */
    public boolean answersAny() {
        synchronized (lock) {
            return places.values().stream().anyMatch(Place::open);
        }
    }

    public boolean answers(String id) {
        synchronized (lock) {
            Place place = places.get(id);
            return place != null && place.open();
        }
    }

    /**
     * A model in memory.
     *
     * @param fingerprint identifies build and weights
     */
    public record Slot(String id, String fingerprint, Instant created, ResidentModel model, ModelUse use) {}

    /** A slot with its number of holds, guarded by the lock. */
    private static final class Place {
        private final Slot slot;
        private CompletableFuture<Boolean> gone = new CompletableFuture<>();
        private int holds;
        private long lastUse = System.nanoTime();
        private boolean draining;
        private boolean closed;

        Place(Slot slot) {
            this.slot = slot;
        }

        Slot slot() {
            return slot;
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

    /** One request's hold on a slot. */
    private static final class Hold implements ServedModel {
        private final Slot slot;
        private final Runnable release;
        private final AtomicBoolean open = new AtomicBoolean(true);

        Hold(Slot slot, Runnable release) {
            this.slot = slot;
            this.release = release;
        }

        @Override
        public String id() {
            return slot.id();
        }

        @Override
        public String fingerprint() {
            return slot.fingerprint();
        }

        @Override
        public ModelUse use() {
            return slot.use();
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
            return slot.model().places();
        }

        @Override
        public Duration queueTime() {
            return slot.model().queueTime();
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                release.run();
            }
        }
    }
}

package io.baseload.service.registry;

import io.baseload.chat.api.Completions;
import io.baseload.chat.api.Encodings;
import io.baseload.engine.api.ByteProgress;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedEncoder;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.api.MemoryBudget;
import io.baseload.engine.api.MemoryEstimate;
import io.baseload.engine.api.ModelTask;
import io.baseload.engine.api.ResidentModel;
import io.baseload.engine.store.ModelStore;
import io.baseload.service.registry.Jobs.CancelledException;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.service.registry.LoadedModels.ServableModel;
import io.baseload.service.registry.ModelRows.ModelRow;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Loads and unloads models.
 *
 * <p>Decisions and loads are separate. Whether a model fits, whether it answers from now on, where a name points: all these decisions are made in turns, one after the other. A
 * turn is short: it may query the database, but never waits for a model. A load lies between two turns. In the first it is registered and gets its memory; in the second the model
 * is opened, and the requester marks it as wanted in the same turn, so that nobody finds it unwanted in between. So a long load delays nobody who needs something else, and can be
 * cancelled. Cost: loads may run in parallel, each with its own memory.
 */
@Component
public final class ModelLoader {
    /** The share of the progress that is the weights'. */
    private static final double WEIGHTS = 0.4;

    private final Engine engine;
    private final ModelStore store;
    private final ModelRows rows;
    private final LoadedModels loaded;
    private final MemoryBudget budget;
    private final LoadSettings settings;
    private final Residence residence;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Set<String> expected = ConcurrentHashMap.newKeySet();
    private final Map<String, Load> loads = new ConcurrentHashMap<>(); // changed only in turns
    private final List<Measurement> measurements = new CopyOnWriteArrayList<>();
    private final Map<String, String> failures = new ConcurrentHashMap<>();

    /**
     * A load between its two turns.
     *
     * @param memory the memory with which it was admitted
     * @param end the model answers, or nothing of it is in memory any more
     */
    private record Load(ModelRow row, MemoryEstimate memory, AtomicBoolean cancelled, CompletableFuture<Void> end) {
        Progress watched(Progress progress) {
            return (fraction, message) -> {
                if (cancelled.get()) {
                    throw new CancelledException();
                }
                progress.at(fraction, message);
            };
        }
    }

    /** A measurement of this machine with memory that no load gets before its end. */
    private record Measurement(MemoryEstimate memory, CompletableFuture<Void> end) {}

    /** Unloads models to make room for another one. */
    @FunctionalInterface
    interface RoomMaker {
        /**
         * Has models unloaded, if that is enough.
         *
         * @param enough whether the other one fits if these are gone
         * @return completes when they are gone, or stay after all; empty = too few can be unloaded, so none is
         */
        Optional<CompletableFuture<?>> make(Predicate<Collection<String>> enough);
    }

    /** The decision of a turn on a model that should be loaded. */
    private sealed interface Step {
        record Answers() implements Step {}

        /** It is being loaded or unloaded, or memory will be free: check again after that. */
        record Wait(String why, CompletableFuture<?> end) implements Step {}

        record Begin(Load load) implements Step {}
    }

    ModelLoader(
            Engine engine,
            ModelStore store,
            ModelRows rows,
            LoadedModels loaded,
            MemoryBudget budget,
            LoadSettings settings,
            Residence residence) {
        this.engine = engine;
        this.store = store;
        this.rows = rows;
        this.loaded = loaded;
        this.budget = budget;
        this.settings = settings;
        this.residence = residence;
    }

    /** Runs a change of the loaded or wanted models. Others wait, so it must not wait for a model. */
    public <T> T inTurn(Supplier<T> change) {
        turn.lock();
        try {
            return change.get();
        } finally {
            turn.unlock();
        }
    }

    public void inTurn(Runnable change) {
        turn.lock();
        try {
            change.run();
        } finally {
            turn.unlock();
        }
    }

    /** @throws NotEnoughMemoryException if the model is not in memory and would not fit beside those that are */
    public void admit(ModelRow row) {
        settings.requireEngine();
        inTurn(() -> {
            if (loaded.model(row.id()).isEmpty() && !loads.containsKey(row.id())) {
                NotEnoughMemoryException.check(row.id(), needed(row), budget, taken());
            }
        });
    }

    private MemoryEstimate needed(ModelRow row) {
        return engine.estimate(file(row), options(row));
    }

    /** The memory of models; measurements, which end by themselves, are no reason to refuse one. */
    private MemoryEstimate taken() {
        return takenWithout(List.of());
    }

    private MemoryEstimate takenWithout(Collection<String> gone) {
        return Stream.of(
                        loaded.models().stream()
                                .filter(model -> !gone.contains(model.id()))
                                .map(model -> model.resident().load().memory()),
                        loads.values().stream().map(Load::memory))
                .flatMap(each -> each)
                .reduce(MemoryEstimate.NONE, MemoryEstimate::plus);
    }

    private MemoryEstimate takenWithMeasurements() {
        return measurements.stream().map(Measurement::memory).reduce(taken(), MemoryEstimate::plus);
    }

    /**
     * Measures something with memory that no load gets meanwhile: loads that need it wait.
     *
     * @throws NotEnoughMemoryException if it isn't there
     */
    public <T> T measure(MemoryEstimate needed, Supplier<T> measurement) {
        Measurement running = new Measurement(needed, new CompletableFuture<>());
        inTurn(() -> {
            NotEnoughMemoryException.checkMeasurement(needed, budget, takenWithMeasurements());
            measurements.add(running);
        });
        try {
            return measurement.get();
        } finally {
            measurements.remove(running);
            running.end().complete(null);
        }
    }

    public boolean hasEngine() {
        return settings.engine();
    }

    /** @throws ConflictException in a process without an engine */
    void requireEngine() {
        settings.requireEngine();
    }

    /** Those of the wanted models that are to be loaded here. */
    public List<ModelRow> wanted() {
        return settings.engine() ? rows.wanted() : List.of();
    }

    /** No longer wants models of aliases that a process was about to move when it ended. Its job must have been ended before. */
    public void forgetUnused() {
        rows.forgetUnused();
    }

    /** A model that is about to be loaded: until then its state is loading. */
    public void expect(String id) {
        expected.add(id);
    }

    /**
     * Returns when the model answers; at once if it already does.
     *
     * @param then runs in the turn that finds it answering
     * @throws UnknownModelException if there is no such model
     * @throws NotEnoughMemoryException if it does not fit
     * @throws CancelledException if {@code progress} or {@link #unload} ended it
     */
    public void load(String id, Progress progress, Runnable then) {
        load(id, progress, then, enough -> Optional.empty());
    }

    /**
     * The same, if other models may have to be unloaded.
     *
     * @param room used in the turn that finds too little memory
     */
    void load(String id, Progress progress, Runnable then, RoomMaker room) {
        try {
            while (true) {
                switch (inTurn(() -> step(id, then, room))) {
                    case Step.Answers() -> {
                        return;
                    }
                    case Step.Wait(String why, CompletableFuture<?> end) -> await(end, () -> progress.at(0, why));
                    case Step.Begin(Load load) -> {
                        open(load, progress, then);
                        return;
                    }
                }
            }
        } catch (CancelledException e) {
            throw e;
        } catch (NotEnoughMemoryException e) {
            if (!residence.policy().onDemand()) {
                failures.put(id, Jobs.inWords(e));
            }
            throw e;
        } catch (RuntimeException | Error e) {
            failures.put(id, Jobs.inWords(e));
            throw e;
        } finally {
            expected.remove(id);
        }
    }

    private Step step(String id, Runnable then, RoomMaker room) {
        settings.requireEngine();
        Load load = loads.get(id);
        if (load != null) {
            return new Step.Wait("waiting for its load", load.end());
        }
        if (loaded.reopen(id)) {
            residence.wake(id);
            failures.remove(id);
            then.run();
            return new Step.Answers();
        }
        if (loaded.model(id).isPresent()) {
            return new Step.Wait("waiting until its memory is free", loaded.gone(id));
        }
        ModelRow row = rows.findById(id).orElseThrow(() -> new UnknownModelException(id));
        MemoryEstimate needed = needed(row);
        try {
            NotEnoughMemoryException.check(row.id(), needed, budget, taken());
            var ends = measurements.stream().map(Measurement::end).toArray(CompletableFuture<?>[]::new);
            if (budget.refusal(needed, takenWithMeasurements()).isPresent()) {
                return new Step.Wait("waiting for a measurement of this machine", CompletableFuture.allOf(ends));
            }
            Load begun = new Load(row, needed, new AtomicBoolean(), new CompletableFuture<>());
            loads.put(id, begun);
            return new Step.Begin(begun);
        } catch (NotEnoughMemoryException e) {
            if (e.isForEver()) {
                throw e;
            }
            return new Step.Wait(
                    "waiting until another model has made room",
                    room.make(gone -> budget.refusal(needed, takenWithout(gone)).isEmpty())
                            .orElseThrow(() -> e));
        }
    }

    private void open(Load load, Progress watcher, Runnable then) {
        Progress progress = load.watched(watcher);
        ServableModel model = prepared(load, read(load, progress), progress);
        inTurn(() -> {
            try {
                loaded.open(model);
                residence.wake(model.id());
                failures.remove(model.id());
                then.run();
            } catch (RuntimeException | Error e) {
                loaded.drain(model.id());
                throw e;
            } finally {
                ended(load);
            }
        });
    }

    private ResidentModel read(Load load, Progress progress) {
        try {
            Path file = file(load.row());
            LoadOptions options = options(load.row());
            ByteProgress weights = (done, total) -> {
                progress.at(
                        WEIGHTS * done / Math.max(1, total),
                        done < total ? "loading the weights" : "compiling the kernels");
                return true;
            };
            return engine.inspect(file).task() == ModelTask.GENERATE
                    ? engine.load(file, options, weights)
                    : engine.loadEncoder(file, options, weights);
        } catch (RuntimeException | Error e) {
            ended(load);
            throw e;
        }
    }

    private ServableModel prepared(Load load, ResidentModel model, Progress progress) {
        ModelRow row = load.row();
        try {
            progress.at(0.5, "preparing the tokenizer");
            ModelUse use = use(row.id(), model);
            Warmup.run(model, () -> progress.at(0.6, "warming up"));
            progress.at(0.9, "ready");
            return new ServableModel(
                    row.id(), settings.fingerprint(row.sha256()), row.createdAt(), model, options(row), use);
        } catch (RuntimeException | Error e) {
            model.close();
            var _ = model.freed().whenComplete((done, failure) -> ended(load));
            throw e;
        }
    }

    private ModelUse use(String id, ResidentModel model) {
        return switch (model) {
            case LoadedModel generating -> new ModelUse.Answers(Completions.of(generating, settings.chat(id)));
            case LoadedEncoder encoder -> new ModelUse.Encodes(Encodings.of(encoder));
        };
    }

    private void ended(Load load) {
        loads.remove(load.row().id(), load);
        load.end().complete(null);
    }

    /**
     * Unloads a model, and cancels a running load of it; returns when its running answers have ended and its memory is free.
     *
     * @param decided runs in the turn from which on it accepts nothing more
     * @throws CancelledException if {@code progress} ended the wait
     * @throws ConflictException if it was loaded again meanwhile
     */
    void unload(String id, Progress progress, Runnable decided) {
        while (true) {
            Optional<CompletableFuture<Void>> load = inTurn(() -> {
                Optional<Load> running = Optional.ofNullable(loads.get(id));
                running.ifPresent(one -> one.cancelled().set(true));
                if (running.isEmpty()) {
                    decided.run();
                    loaded.drain(id);
                }
                return running.map(Load::end);
            });
            if (load.isEmpty()) {
                break;
            }
            await(load.get(), () -> progress.at(0, "waiting for the end of its load"));
        }
        CompletableFuture<Boolean> gone = loaded.gone(id);
        await(gone, () -> progress.at(0.5, "waiting for running answers"));
        if (!gone.join()) {
            throw new ConflictException("The model '" + id + "' was loaded again before it was unloaded.");
        }
    }

    /**
     * Waits for an event.
     *
     * @param meanwhile runs now and then, and may throw
     * @throws CompletionException with the failure of the event
     */
    static void await(CompletableFuture<?> end, Runnable meanwhile) {
        while (true) {
            meanwhile.run();
            try {
                end.get(100, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                // not yet
            } catch (ExecutionException e) {
                throw new CompletionException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException();
            }
        }
    }

    private Path file(ModelRow row) {
        return store.find(row.sha256())
                .orElseThrow(() ->
                        new ConflictException("The file of the model '" + row.id() + "' is missing in the store."));
    }

    /** How a model is loaded: the service's settings and its own. */
    LoadOptions options(ModelRow row) {
        return settings.options(row);
    }

    public Model.State state(String id) {
        if (loaded.answers(id)) {
            return Model.State.LOADED;
        }
        if (expected.contains(id) || loads.containsKey(id)) {
            return Model.State.LOADING;
        }
        if (loaded.model(id).isPresent()) {
            return Model.State.DRAINING;
        }
        return failures.containsKey(id) ? Model.State.FAILED : Model.State.STORED;
    }

    /** All models that are more than a file on disk. */
    public Map<String, Model.State> states() {
        Map<String, Model.State> states = new TreeMap<>();
        expected.forEach(id -> states.put(id, state(id)));
        loads.keySet().forEach(id -> states.put(id, state(id)));
        loaded.models().forEach(model -> states.put(model.id(), state(model.id())));
        failures.keySet().forEach(id -> states.put(id, state(id)));
        return states;
    }

    /** Why the last attempt to load the model failed. */
    Optional<String> failure(String id) {
        return Optional.ofNullable(failures.get(id));
    }

    void forget(String id) {
        failures.remove(id);
    }
}

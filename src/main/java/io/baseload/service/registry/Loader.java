package io.baseload.service.registry;

import io.baseload.chat.api.Completions;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.LoadOptions;
import io.baseload.engine.api.LoadedModel;
import io.baseload.engine.store.ModelStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Brings models into memory and out of it. What changes the set of loaded models has its turn one after the other. */
@Component
final class Loader {
    private final Engine engine;
    private final ModelStore store;
    private final Serving serving;
    private final MemoryBudget budget;
    private final LoadSettings settings;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final Set<String> loading = ConcurrentHashMap.newKeySet();
    private final Map<String, String> failures = new ConcurrentHashMap<>();

    Loader(Engine engine, ModelStore store, Serving serving, MemoryBudget budget, LoadSettings settings) {
        this.engine = engine;
        this.store = store;
        this.serving = serving;
        this.budget = budget;
        this.settings = settings;
    }

    /** Runs a change of what is loaded; others wait. */
    <T> T inTurn(Supplier<T> change) {
        turn.lock();
        try {
            return change.get();
        } finally {
            turn.unlock();
        }
    }

    /** Runs a change of what is loaded if nobody else has a turn now. */
    boolean tryInTurn(Runnable change) {
        if (!turn.tryLock()) {
            return false;
        }
        try {
            change.run();
            return true;
        } finally {
            turn.unlock();
        }
    }

    /** @throws NotEnoughMemoryException if the model would not fit now */
    void admit(ModelRow row) {
        if (serving.slot(row.id()).isEmpty()) {
            long loaded = serving.slots().stream()
                    .mapToLong(slot -> slot.model().load().memory().total())
                    .sum();
            long needed = engine.estimate(file(row), options(row)).total();
            budget.admit(row.id(), needed, loaded);
        }
    }

    /** A model that is about to be loaded: until then its state is loading. */
    void expect(String id) {
        loading.add(id);
    }

    /** Returns when the model answers. Does nothing if it does already. */
    void load(ModelRow row, Progress progress) {
        loading.add(row.id());
        turn.lock();
        try {
            if (!serving.reopen(row.id())) {
                awaitMemory(row.id(), progress);
                admit(row);
                open(row, progress);
            }
            failures.remove(row.id());
        } catch (JobCancelledException e) {
            throw e;
        } catch (RuntimeException e) {
            failures.put(row.id(), Jobs.inWords(e));
            throw e;
        } finally {
            loading.remove(row.id());
            turn.unlock();
        }
    }

    private void open(ModelRow row, Progress progress) {
        progress.at(0.1, "loading");
        LoadedModel model = engine.load(file(row), options(row));
        try {
            progress.at(0.7, "preparing tokenizer and template");
            Completions completions = Completions.of(model, settings.chat(row.id()));
            progress.at(0.8, "warming up");
            Warmup.run(model);
            progress.at(0.9, "ready");
            serving.open(new Slot(row.id(), settings.fingerprint(row.sha256()), row.createdAt(), model, completions));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    /** Waits until a model that is leaving memory has left it. */
    private void awaitMemory(String id, Progress progress) {
        if (serving.slot(id).isPresent()) {
            serving.drain(id);
            await(serving.gone(id), () -> progress.at(0, "waiting until its memory is free"));
        }
    }

    static void await(CompletableFuture<Void> end, Runnable meanwhile) {
        while (true) {
            meanwhile.run();
            try {
                end.get(200, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                // not yet
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new JobCancelledException();
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

    ModelState state(String id) {
        if (serving.answers(id)) {
            return ModelState.LOADED;
        }
        if (loading.contains(id)) {
            return ModelState.LOADING;
        }
        if (serving.slot(id).isPresent()) {
            return ModelState.DRAINING;
        }
        return failures.containsKey(id) ? ModelState.FAILED : ModelState.STORED;
    }

    /** All that is not just on disk. */
    Map<String, ModelState> states() {
        Map<String, ModelState> states = new TreeMap<>();
        loading.forEach(id -> states.put(id, state(id)));
        serving.slots().forEach(slot -> states.put(slot.id(), state(slot.id())));
        failures.keySet().forEach(id -> states.put(id, state(id)));
        return states;
    }

    /** Why the last try to load the model failed. */
    Optional<String> failure(String id) {
        return Optional.ofNullable(failures.get(id));
    }

    void forget(String id) {
        failures.remove(id);
    }
}

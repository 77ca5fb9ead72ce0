package io.baseload.service.registry;

import io.baseload.service.registry.AliasRows.AliasRow;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.service.registry.ModelRows.ModelRow;
import io.baseload.service.registry.ModelRows.Wanted;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Names that point to models. Moving one is a swap: the new model is loaded beside the old, then the name moves in one instant; what runs finishes on the old
 * model, which then leaves memory if an alias had loaded it and none points to it any more. A model that an operator loaded stays. Where several processes work,
 * the name moves when each of them has the model, and the swap is done when each routes by it.
 */
@Component
public final class Aliases {
    private final AliasRows rows;
    private final ModelRows models;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final OtherInstances everywhere;
    private final Jobs jobs;
    private final TransactionOperations transaction;

    Aliases(
            AliasRows rows,
            ModelRows models,
            ModelLoader loader,
            LoadedModels loaded,
            OtherInstances everywhere,
            Jobs jobs,
            TransactionOperations transaction) {
        this.rows = rows;
        this.models = models;
        this.loader = loader;
        this.loaded = loaded;
        this.everywhere = everywhere;
        this.jobs = jobs;
        this.transaction = transaction;
    }

    /** A name and the id of its model. */
    public record Alias(String name, String model) {
        static Alias of(AliasRow row) {
            return new Alias(row.name(), row.model());
        }
    }

    public List<Alias> page(String after, int limit) {
        return rows.page(after, limit).stream().map(Alias::of).toList();
    }

    public Optional<Alias> find(String name) {
        return rows.findById(name).map(Alias::of);
    }

    /**
     * Points a name to a model; returns when new requests go there. If the model has to be loaded first, that is a job, which can be cancelled.
     *
     * @param recorded runs in the transaction that moves the name
     * @throws io.baseload.chat.api.InvalidRequestException if the name breaks the rule
     * @throws UnknownModelException if there is no such model
     * @throws ConflictException if the name is a model's id, or the load was cancelled
     * @throws NotEnoughMemoryException if both models don't fit into memory
     */
    public Alias put(String name, String model, Runnable recorded) {
        check(name, model);
        if (loader.state(model) == Model.State.LOADED) {
            point(name, model, recorded, Progress.IGNORED);
        } else {
            jobs.run(Job.Kind.ALIAS, model, job -> {}, progress -> point(name, model, recorded, progress));
        }
        return new Alias(name, model);
    }

    /** The same as a job, for somebody who does not wait. */
    public Job start(String name, String model, Runnable recorded) {
        check(name, model);
        return jobs.start(Job.Kind.ALIAS, model, job -> {}, progress -> point(name, model, recorded, progress));
    }

    private void check(String name, String model) {
        ModelCatalog.checkName("name", name);
        if (models.existsById(name)) {
            throw new ConflictException("'" + name + "' is the id of a model.");
        }
        loader.admit(models.findById(model).orElseThrow(() -> new UnknownModelException(model)));
    }

    /** Loads the model here, has the other processes load it too, then moves the name. */
    private void point(String name, String model, Runnable recorded, Progress progress) {
        try {
            loader.load(model, progress, () -> models.wantByAlias(model));
            everywhere.awaitModel(model, progress);
            loader.load(model, progress, () -> move(name, model, recorded));
        } catch (RuntimeException e) {
            loader.inTurn(() -> drainIfUnused(model));
            throw e;
        }
        everywhere.awaitAlias(name, model, progress);
    }

    private void move(String name, String model, Runnable recorded) {
        Optional<String> left = transaction.execute(status -> {
            Optional<String> before = rows.findById(name).map(AliasRow::model);
            rows.point(name, model);
            recorded.run();
            return before.filter(this::leaves);
        });
        loaded.point(name, model);
        left.ifPresent(loaded::drain);
    }

    private void drainIfUnused(String model) {
        if (leaves(model)) {
            loaded.drain(model);
        }
    }

    /** The aliases as this process routes them. */
    public Map<String, String> here() {
        return loaded.aliases();
    }

    /**
     * Removes a name.
     *
     * @param recorded runs in the transaction that removes it
     * @return whether there was such a name
     */
    public boolean delete(String name, Consumer<Alias> recorded) {
        return loader.inTurn(() -> {
            Optional<Alias> known = find(name);
            known.ifPresent(alias -> delete(alias, () -> recorded.accept(alias)));
            return known.isPresent();
        });
    }

    private void delete(Alias alias, Runnable recorded) {
        boolean left = transaction.execute(status -> {
            rows.deleteById(alias.name());
            recorded.run();
            return leaves(alias.model());
        });
        loaded.forget(alias.name());
        if (left) {
            loaded.drain(alias.model());
        }
    }

    /** Whether a model that just lost an alias, or did not get it, is to leave memory. */
    private boolean leaves(String model) {
        boolean unused = !rows.existsByModel(model)
                && models.findById(model).map(ModelRow::wanted).equals(Optional.of(Wanted.BY_ALIAS));
        if (unused) {
            models.want(model, Wanted.NO.name());
        }
        return unused;
    }
}

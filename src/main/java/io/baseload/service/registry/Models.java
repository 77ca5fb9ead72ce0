package io.baseload.service.registry;

import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.Precision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** The models that the operator brought: list, load, unload, delete. */
@Component
public final class Models {
    private final ModelRows rows;
    private final AliasRows aliases;
    private final Loader loader;
    private final Serving serving;
    private final Jobs jobs;
    private final Shelf shelf;
    private final TransactionOperations transaction;

    Models(
            ModelRows rows,
            AliasRows aliases,
            Loader loader,
            Serving serving,
            Jobs jobs,
            Shelf shelf,
            TransactionOperations transaction) {
        this.rows = rows;
        this.aliases = aliases;
        this.loader = loader;
        this.serving = serving;
        this.jobs = jobs;
        this.shelf = shelf;
        this.transaction = transaction;
    }

    public List<Model> page(String after, int limit) {
        return rows.page(after, limit).stream().map(this::view).toList();
    }

    public Optional<Model> find(String id) {
        return rows.findById(id).map(this::view);
    }

    private Model view(ModelRow row) {
        return new Model(
                row.id(),
                loader.state(row.id()),
                row.architecture(),
                row.format(),
                row.bytes(),
                row.contextLength(),
                row.sha256(),
                aliases.findByModelOrderByName(row.id()).stream()
                        .map(AliasRow::name)
                        .toList(),
                serving.slot(row.id()).map(slot -> slot.model().load()),
                loader.options(row).precision(),
                loader.options(row).kvPrecision(),
                loader.failure(row.id()),
                row.createdAt());
    }

    /** All models that this process does not just have on disk. */
    public Map<String, ModelState> here() {
        return loader.states();
    }

    /**
     * Loads a model, to stay.
     *
     * @param precision what its linear layers compute with, from now on; empty: as before
     * @param kvPrecision how its KV cache stores keys and values; empty likewise
     * @param recorded runs in the transaction that creates the job
     * @throws UnknownModelException if there is no such model
     * @throws ConflictException if it is in memory with other settings
     * @throws NotEnoughMemoryException if it does not fit into memory now
     */
    public Job load(
            String id, Optional<Precision> precision, Optional<KvPrecision> kvPrecision, Consumer<Job> recorded) {
        loader.admit(wanted(id, precision, kvPrecision));
        return jobs.start(Job.Kind.LOAD, id, recorded, progress -> {
            loader.inTurn(() -> {
                ModelRow wanted = wanted(id, precision, kvPrecision);
                rows.settle(id, name(wanted.computePrecision()), name(wanted.kvPrecision()));
                loader.expect(id);
            });
            loader.load(id, progress, () -> rows.want(id, Wanted.BY_OPERATOR.name()));
        });
    }

    /** The model with what is asked for, unless it is in memory, or on its way there, with other settings. */
    private ModelRow wanted(String id, Optional<Precision> precision, Optional<KvPrecision> kvPrecision) {
        ModelRow before = row(id);
        ModelRow wanted = before.loadedWith(precision, kvPrecision);
        boolean present = serving.slot(id).isPresent() || loader.state(id) == ModelState.LOADING;
        if (present && !loader.options(wanted).equals(loader.options(before))) {
            throw new ConflictException("The model '" + id + "' is in memory with other settings: unload it first.");
        }
        return wanted;
    }

    /**
     * Unloads a model: it accepts nothing more, and leaves memory when its running answers have ended. Aliases that point to it stay, and answer again when
     * it is loaded again. A load of it that runs is cancelled.
     *
     * @param recorded runs in the transaction that creates the job
     * @throws UnknownModelException if there is no such model
     */
    public Job unload(String id, Consumer<Job> recorded) {
        ModelRow row = row(id);
        return jobs.start(Job.Kind.UNLOAD, id, recorded, progress -> {
            try {
                loader.unload(id, progress, () -> rows.want(id, Wanted.NO.name()));
            } catch (JobCancelledException e) {
                loader.inTurn(() -> {
                    if (serving.reopen(id)) {
                        rows.want(id, row.wanted().name());
                    }
                });
                throw e;
            }
        });
    }

    /**
     * Forgets a model; its file goes with the last model that has the same content.
     *
     * @param recorded runs in the transaction that deletes it
     * @throws UnknownModelException if there is no such model
     * @throws ConflictException if it is in memory, or an alias points to it
     */
    public void delete(String id, Runnable recorded) {
        loader.inTurn(() -> {
            ModelRow row = row(id);
            refuseIfUsed(id);
            transaction.executeWithoutResult(status -> {
                rows.deleteById(id);
                recorded.run();
            });
            loader.forget(id);
            shelf.tidy(row.sha256());
        });
    }

    private void refuseIfUsed(String id) {
        ModelState state = loader.state(id);
        if (state != ModelState.STORED && state != ModelState.FAILED) {
            throw new ConflictException("The model '" + id + "' is in memory: unload it first.");
        }
        if (aliases.existsByModel(id)) {
            throw new ConflictException("An alias points to the model '" + id + "': move or delete the alias first.");
        }
    }

    private static @Nullable String name(@Nullable Enum<?> value) {
        return value == null ? null : value.name();
    }

    private ModelRow row(String id) {
        return rows.findById(id).orElseThrow(() -> new UnknownModelException(id));
    }
}

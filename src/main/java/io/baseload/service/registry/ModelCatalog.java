package io.baseload.service.registry;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.engine.api.Engine;
import io.baseload.engine.api.KvPrecision;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.api.Precision;
import io.baseload.engine.store.ModelStore;
import io.baseload.engine.store.ModelStoreException;
import io.baseload.service.registry.AliasRows.LocalTarget;
import io.baseload.service.registry.Jobs.CancelledException;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.service.registry.ModelRows.LoadDemand;
import io.baseload.service.registry.ModelRows.ModelRow;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/** The operator's models, on disk and in memory: lists, loads, unloads and deletes them. A model is a row and a file in the store; models with the same content share the file. */
@Component
public final class ModelCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(ModelCatalog.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    private final ModelRows rows;
    private final AliasRows aliases;
    private final JdbcAggregateOperations table;
    private final TransactionOperations transaction;
    private final Engine engine;
    private final ModelStore store;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final Residence residence;
    private final OtherInstances everywhere;
    private final Jobs jobs;

    ModelCatalog(
            ModelRows rows,
            AliasRows aliases,
            JdbcAggregateOperations table,
            TransactionOperations transaction,
            Engine engine,
            ModelStore store,
            ModelLoader loader,
            LoadedModels loaded,
            Residence residence,
            OtherInstances everywhere,
            Jobs jobs) {
        this.rows = rows;
        this.aliases = aliases;
        this.table = table;
        this.transaction = transaction;
        this.engine = engine;
        this.store = store;
        this.loader = loader;
        this.loaded = loaded;
        this.residence = residence;
        this.everywhere = everywhere;
        this.jobs = jobs;
        jobs.define(Job.Kind.LOAD, LoadTask.class, task -> progress -> load(task, progress));
    }

    public List<Model> page(String after, int limit) {
        Map<String, List<String>> names = names();
        return rows.page(after, limit).stream().map(row -> view(row, names)).toList();
    }

    public Optional<Model> find(String id) {
        return rows.findById(id).map(row -> view(row, names()));
    }

    /** The aliases of each model. */
    private Map<String, List<String>> names() {
        return aliases.local().stream()
                .collect(Collectors.groupingBy(
                        LocalTarget::model, Collectors.mapping(LocalTarget::alias, Collectors.toList())));
    }

    /**
     * The place of a model's file.
     *
     * @throws UnknownModelException if there is no such model
     */
    public Path folder(String id) {
        return store.find(row(id).sha256()).orElseThrow(() -> new UnknownModelException(id));
    }

    private Model view(ModelRow row, Map<String, List<String>> names) {
        return new Model(
                row.id(),
                loader.state(row.id()),
                row.architecture(),
                row.format(),
                row.bytes(),
                row.contextLength(),
                row.sha256(),
                names.getOrDefault(row.id(), List.of()),
                loaded.model(row.id()).map(model -> model.resident().load()),
                loader.options(row).precision(),
                loader.options(row).kvPrecision(),
                row.pinned(),
                loader.failure(row.id()),
                row.createdAt());
    }

    /** All models of this process that are more than a file on disk. */
    public Map<String, Model.State> here() {
        return loader.states();
    }

    /** The parts that each model of this process is split into, except encoders. */
    public int shards() {
        return engine.shards();
    }

    /**
     * Loads a model, to stay.
     *
     * @param precision the precision of its linear layers, from now on; empty: as before
     * @param kvPrecision the number format of its KV cache; empty likewise
     * @param pinned whether it stays although nobody uses it, or others need room; empty likewise
     * @param recorded runs in the transaction that creates the job
     * @throws UnknownModelException if there is no such model
     * @throws ConflictException if it is in memory with other settings
     * @throws NotEnoughMemoryException if it does not fit into memory now
     */
    public Job load(
            String id,
            Optional<Precision> precision,
            Optional<KvPrecision> kvPrecision,
            Optional<Boolean> pinned,
            Consumer<Job> recorded) {
        loader.admit(wanted(id, precision, kvPrecision));
        return jobs.start(Job.Kind.LOAD, id, new LoadTask(id, precision, kvPrecision, pinned), recorded);
    }

    /** The stored task of a load. */
    record LoadTask(
            String id, Optional<Precision> precision, Optional<KvPrecision> kvPrecision, Optional<Boolean> pinned) {}

    private void load(LoadTask task, Progress progress) {
        String id = task.id();
        loader.inTurn(() -> {
            ModelRow wanted = wanted(id, task.precision(), task.kvPrecision());
            rows.settle(id, name(wanted.computePrecision()), name(wanted.kvPrecision()));
            task.pinned().ifPresent(pinned -> rows.pin(id, pinned));
            loader.expect(id);
        });
        loader.load(id, progress, () -> {
            residence.forget(id);
            rows.want(id, LoadDemand.BY_OPERATOR.name());
        });
    }

    /** The model with the requested settings, unless it is in memory, or being loaded, with other settings. */
    private ModelRow wanted(String id, Optional<Precision> precision, Optional<KvPrecision> kvPrecision) {
        ModelRow before = row(id);
        ModelRow wanted = before.loadedWith(precision, kvPrecision);
        boolean present = loaded.model(id).isPresent() || loader.state(id) == Model.State.LOADING;
        if (present && !loader.options(wanted).equals(loader.options(before))) {
            throw new ConflictException("The model '" + id + "' is in memory with other settings: unload it first.");
        }
        return wanted;
    }

    /**
     * Unloads a model in all processes: it accepts nothing more, and is unloaded when its running answers have ended. Aliases that point to it stay, and answer again when it is loaded again. A
     * running load of it is cancelled, in whatever process, and one that was interrupted by a restart is not continued.
     *
     * @param recorded runs in the transaction that creates the job
     * @throws UnknownModelException if there is no such model
     */
    public Job unload(String id, Consumer<Job> recorded) {
        ModelRow row = row(id);
        Consumer<Job> created = job -> {
            jobs.cancelLoads(id);
            recorded.accept(job);
        };
        return jobs.start(Job.Kind.UNLOAD, id, created, progress -> {
            try {
                loader.unload(id, progress, () -> {
                    residence.forget(id);
                    rows.want(id, LoadDemand.NO.name());
                });
                everywhere.awaitUnloaded(id, progress);
            } catch (CancelledException e) {
                loader.inTurn(() -> {
                    if (loaded.reopen(id) || !loader.hasEngine()) {
                        rows.wantIfUnwanted(id, row.wanted().name());
                    }
                });
                throw e;
            }
        });
    }

    /**
     * Deletes a model; its file goes with the last model of the same content.
     *
     * @param recorded runs in the transaction that deletes it
     * @throws UnknownModelException if there is no such model
     * @throws ConflictException if it is in memory, here or in another process, or an alias points to it
     */
    public void delete(String id, Runnable recorded) {
        loader.requireEngine(); // the store of a process without one is empty
        loader.inTurn(() -> {
            ModelRow row = row(id);
            refuseIfUsed(id);
            transaction.executeWithoutResult(status -> {
                rows.deleteById(id);
                recorded.run();
            });
            loader.forget(id);
            tidy(row.sha256());
        });
    }

    private void refuseIfUsed(String id) {
        Model.State state = loader.state(id);
        if (state != Model.State.STORED && state != Model.State.FAILED) {
            throw new ConflictException("The model '" + id + "' is in memory: unload it first.");
        }
        everywhere.refuseIfInMemory(id);
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

    /**
     * Checks the name of a model or an alias.
     *
     * @throws InvalidRequestException if {@code name} breaks the rule
     */
    public static void checkName(String field, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new InvalidRequestException(
                    field,
                    "invalid_value",
                    "'" + field
                            + "' must be 1 to 128 letters, digits, '.', '_' and '-', and start with a letter or"
                            + " digit.");
        }
    }

    /** @throws ConflictException if a model or an alias has this name */
    void refuseIfTaken(String name) {
        if (rows.existsById(name)) {
            throw new ConflictException("There is a model '" + name + "' already.");
        }
        if (aliases.existsById(name)) {
            throw new ConflictException("'" + name + "' is an alias.");
        }
    }

    /**
     * Registers a model whose content is in the store. Until the caller's transaction ends, no process deletes this content.
     *
     * @throws ConflictException if the content has been deleted since it was stored
     */
    ModelRow file(String id, String sha256, LoadDemand wanted) {
        ModelInfo info = engine.inspect(held(id, sha256));
        return table.insert(new ModelRow(
                id,
                sha256,
                info.architecture(),
                info.format(),
                info.bytes(),
                info.contextLength(),
                wanted,
                Instant.now(),
                null,
                null,
                false));
    }

    /** Gives a model another content, as {@link #file}. */
    void restore(String id, String sha256) {
        held(id, sha256);
        rows.restore(id, sha256);
    }

    private Path held(String id, String sha256) {
        rows.lockContent(sha256);
        return store.find(sha256)
                .orElseThrow(() -> new ConflictException("The stored files of '" + id
                        + "' were deleted with another model of the same content while it was imported: import it"
                        + " again."));
    }

    /** Deletes a file that belongs to no model any more. */
    void tidy(String sha256) {
        try {
            transaction.executeWithoutResult(status -> {
                rows.lockContent(sha256);
                if (!rows.existsBySha256(sha256)) {
                    store.delete(sha256);
                }
            });
        } catch (ModelStoreException | DataAccessException | TransactionException e) { // nothing else depends on it
            LOG.warn(
                    "No model has the content {} any more, but it can't be deleted from the model store. Delete it by"
                            + " hand if no model has it: {}",
                    store.find(sha256).map(Path::toString).orElse(sha256),
                    e.toString());
        }
    }
}

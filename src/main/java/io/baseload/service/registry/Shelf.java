package io.baseload.service.registry;

import io.baseload.engine.api.Engine;
import io.baseload.engine.api.ModelInfo;
import io.baseload.engine.store.ModelStore;
import io.baseload.engine.store.ModelStoreException;
import java.nio.file.Path;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.jdbc.core.JdbcAggregateOperations;
import org.springframework.stereotype.Component;

/** Files in the store and the models that name them. */
@Component
final class Shelf {
    private static final Logger LOG = LoggerFactory.getLogger(Shelf.class);

    private final Engine engine;
    private final ModelStore store;
    private final ModelRows rows;
    private final AliasRows aliases;
    private final JdbcAggregateOperations table;

    Shelf(Engine engine, ModelStore store, ModelRows rows, AliasRows aliases, JdbcAggregateOperations table) {
        this.engine = engine;
        this.store = store;
        this.rows = rows;
        this.aliases = aliases;
        this.table = table;
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

    /** Files a model whose content is in the store. */
    ModelRow file(String id, String sha256, Wanted wanted) {
        Path stored = store.find(sha256).orElseThrow();
        ModelInfo info = engine.inspect(stored);
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
                null));
    }

    /** Deletes a file that no model names any more. */
    void tidy(String sha256) {
        if (rows.existsBySha256(sha256)) {
            return;
        }
        try {
            store.delete(sha256);
        } catch (ModelStoreException e) {
            LOG.warn("{} could not be deleted from the model store: {}", sha256, e.getMessage());
        }
    }
}

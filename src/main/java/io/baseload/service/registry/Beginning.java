package io.baseload.service.registry;

import io.baseload.engine.api.Engine;
import io.baseload.engine.store.ModelStore;
import io.baseload.service.database.BaseloadHome;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Gives an empty registry the bundled model, and a store that lost its file the file. */
@Component
final class Beginning {
    private static final Logger LOG = LoggerFactory.getLogger(Beginning.class);

    private final BundledModel model;
    private final Engine engine;
    private final ModelStore store;
    private final Shelf shelf;
    private final ModelRows models;
    private final AliasRows aliases;
    private final BaseloadHome home;
    private final TransactionOperations transaction;

    Beginning(
            BundledModel model,
            Engine engine,
            ModelStore store,
            Shelf shelf,
            ModelRows models,
            AliasRows aliases,
            BaseloadHome home,
            TransactionOperations transaction) {
        this.model = model;
        this.engine = engine;
        this.store = store;
        this.shelf = shelf;
        this.models = models;
        this.aliases = aliases;
        this.home = home;
        this.transaction = transaction;
    }

    void run() {
        Optional<ModelRow> row = models.findById(model.id());
        if (row.isPresent() && store.find(row.get().sha256()).isEmpty()) {
            models.restore(model.id(), unpacked());
        } else if (models.count() == 0) {
            String sha256 = unpacked();
            try {
                transaction.executeWithoutResult(status -> {
                    shelf.file(model.id(), sha256, Wanted.BY_ALIAS);
                    aliases.point(model.alias(), model.id());
                });
            } catch (DuplicateKeyException e) {
                LOG.info("{} was filed by another process", model.id());
            }
        }
    }

    private String unpacked() {
        return Unpacking.run(model, engine, store, home.path());
    }
}

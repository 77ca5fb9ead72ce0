package io.baseload.service.registry;

import io.baseload.engine.store.ModelStore;
import io.baseload.service.database.BaseloadHome;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Gives an empty registry the bundled model, and a store that lost its file the file. */
@Component
final class Beginning {
    private final BundledModel model;
    private final ModelStore store;
    private final Shelf shelf;
    private final ModelRows models;
    private final AliasRows aliases;
    private final BaseloadHome home;
    private final TransactionOperations transaction;

    Beginning(
            BundledModel model,
            ModelStore store,
            Shelf shelf,
            ModelRows models,
            AliasRows aliases,
            BaseloadHome home,
            TransactionOperations transaction) {
        this.model = model;
        this.store = store;
        this.shelf = shelf;
        this.models = models;
        this.aliases = aliases;
        this.home = home;
        this.transaction = transaction;
    }

    void run() {
        boolean empty = models.count() == 0;
        boolean used = empty || models.existsBySha256(model.sha256());
        if (used && store.find(model.sha256()).isEmpty()) {
            Unpacking.run(model, store, home.path());
        }
        if (empty) {
            transaction.executeWithoutResult(status -> {
                shelf.file(model.id(), model.sha256(), Wanted.BY_ALIAS);
                aliases.point(model.alias(), model.id());
            });
        }
    }
}

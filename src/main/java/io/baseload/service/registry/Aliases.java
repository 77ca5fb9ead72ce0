package io.baseload.service.registry;

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
    private final Loader loader;
    private final Serving serving;
    private final Everywhere everywhere;
    private final TransactionOperations transaction;

    Aliases(
            AliasRows rows,
            ModelRows models,
            Loader loader,
            Serving serving,
            Everywhere everywhere,
            TransactionOperations transaction) {
        this.rows = rows;
        this.models = models;
        this.loader = loader;
        this.serving = serving;
        this.everywhere = everywhere;
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
     * Points a name to a model; returns when new requests go there.
     *
     * @param recorded runs in the transaction that moves the name
     * @throws io.baseload.chat.api.InvalidRequestException if the name breaks the rule
     * @throws UnknownModelException if there is no such model
     * @throws ConflictException if the name is a model's id
     * @throws NotEnoughMemoryException if both models don't fit into memory
     */
    public Alias put(String name, String model, Runnable recorded) {
        Names.check("name", name);
        if (models.existsById(name)) {
            throw new ConflictException("'" + name + "' is the id of a model.");
        }
        ModelRow row = prepare(model);
        try {
            everywhere.awaitModel(model);
        } catch (RuntimeException e) {
            loader.inTurn(() -> {
                giveUp(row);
                return model;
            });
            throw e;
        }
        Alias moved = loader.inTurn(() -> {
            loader.load(row, Progress.IGNORED);
            Optional<String> left = move(name, row, recorded);
            serving.point(name, model);
            left.ifPresent(serving::drain);
            return new Alias(name, model);
        });
        everywhere.awaitAlias(name, model);
        return moved;
    }

    /** Loads the model here, and has the other processes load it too. */
    private ModelRow prepare(String model) {
        return loader.inTurn(() -> {
            ModelRow row = models.findById(model).orElseThrow(() -> new UnknownModelException(model));
            loader.load(row, Progress.IGNORED);
            if (row.wanted() == Wanted.NO) {
                models.want(model, Wanted.BY_ALIAS.name());
            }
            return row;
        });
    }

    private void giveUp(ModelRow row) {
        if (row.wanted() == Wanted.NO && !rows.existsByModel(row.id())) {
            models.want(row.id(), Wanted.NO.name());
            serving.drain(row.id());
        }
    }

    /** The aliases as this process routes them. */
    public Map<String, String> here() {
        return serving.aliases();
    }

    /** @return the model that the name left, if it is to leave memory */
    private Optional<String> move(String name, ModelRow row, Runnable recorded) {
        try {
            return transaction.execute(status -> {
                Optional<String> before = rows.findById(name).map(AliasRow::model);
                rows.point(name, row.id());
                recorded.run();
                return before.filter(this::leaves);
            });
        } catch (RuntimeException e) {
            giveUp(row);
            throw e;
        }
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
        serving.forget(alias.name());
        if (left) {
            serving.drain(alias.model());
        }
    }

    /** Whether a model that just lost an alias is to leave memory. */
    private boolean leaves(String model) {
        boolean unused = !rows.existsByModel(model)
                && models.findById(model).orElseThrow().wanted() == Wanted.BY_ALIAS;
        if (unused) {
            models.want(model, Wanted.NO.name());
        }
        return unused;
    }
}

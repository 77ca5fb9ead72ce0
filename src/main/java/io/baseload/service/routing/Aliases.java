package io.baseload.service.routing;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.service.registry.AliasRows;
import io.baseload.service.registry.ConflictException;
import io.baseload.service.registry.Job;
import io.baseload.service.registry.Jobs;
import io.baseload.service.registry.Jobs.Progress;
import io.baseload.service.registry.LoadedModels;
import io.baseload.service.registry.Model;
import io.baseload.service.registry.ModelCatalog;
import io.baseload.service.registry.ModelLoader;
import io.baseload.service.registry.ModelRows;
import io.baseload.service.registry.ModelRows.LoadDemand;
import io.baseload.service.registry.ModelRows.ModelRow;
import io.baseload.service.registry.OtherInstances;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.Backends.RemoteOffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Names that point to models. Moving one is a swap: the new models are loaded beside the old ones, then the name moves in one instant. Running answers finish on their old model,
 * which is then unloaded if it was loaded for an alias and none points to it any more. A model that an operator loaded stays. With several processes, the name moves when each of
 * them has the models, and the swap is done when each routes to it. Models of backends need not be loaded.
 */
@Component
public final class Aliases {
    private final AliasRows rows;
    private final AliasTargets targets;
    private final CanaryRows canaries;
    private final AliasRoutes routes;
    private final Backends backends;
    private final ModelRows models;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final OtherInstances everywhere;
    private final Jobs jobs;
    private final TransactionOperations transaction;
    /** How many jobs of this process load a model for a name. */
    private final Map<String, Integer> loading = new ConcurrentHashMap<>();

    Aliases(
            AliasRows rows,
            AliasTargets targets,
            CanaryRows canaries,
            AliasRoutes routes,
            Backends backends,
            ModelRows models,
            ModelLoader loader,
            LoadedModels loaded,
            OtherInstances everywhere,
            Jobs jobs,
            TransactionOperations transaction) {
        this.rows = rows;
        this.targets = targets;
        this.canaries = canaries;
        this.routes = routes;
        this.backends = backends;
        this.models = models;
        this.loader = loader;
        this.loaded = loaded;
        this.everywhere = everywhere;
        this.jobs = jobs;
        this.transaction = transaction;
    }

    /** A name and its targets. */
    public record Alias(String name, AliasRoute route) {}

    public List<Alias> page(String after, int limit) {
        Map<String, AliasRoute> all = targets.all();
        return rows.page(after, limit).stream()
                .flatMap(row ->
                        Optional.ofNullable(all.get(row.name())).stream().map(route -> new Alias(row.name(), route)))
                .toList();
    }

    public Optional<Alias> find(String name) {
        return Optional.ofNullable(targets.all().get(name)).map(route -> new Alias(name, route));
    }

    /**
     * Points a name to a model, or to several; returns when new requests go there. If a model has to be loaded first, that is a job, which can be cancelled.
     *
     * @param asked a target without a backend is a local model, or else that of the only backend with a model of this id
     * @param recorded receives the targets, in the transaction that moves the name
     * @throws InvalidRequestException if the name breaks the rule
     * @throws UnknownModelException if there is no such model
     * @throws ConflictException if the name is a model's id, or the load was cancelled
     * @throws io.baseload.service.registry.NotEnoughMemoryException if the models don't fit into memory beside the old ones
     */
    public Alias put(String name, AliasRoute asked, Consumer<AliasRoute> recorded) {
        AliasRoute route = checked(name, asked);
        Optional<String> absent = route.local().stream()
                .filter(model -> loader.state(model) != Model.State.LOADED)
                .findFirst();
        if (absent.isEmpty()) {
            point(name, route, recorded, Progress.IGNORED);
        } else {
            jobs.run(Job.Kind.ALIAS, absent.get(), job -> {}, progress -> point(name, route, recorded, progress));
        }
        return new Alias(name, route);
    }

    /** The same as a job, for callers who don't wait. */
    public Job start(String name, AliasRoute asked, Consumer<AliasRoute> recorded) {
        AliasRoute route = checked(name, asked);
        return jobs.start(
                Job.Kind.ALIAS,
                route.local().stream().findFirst().orElse(route.first().model()),
                job -> {},
                progress -> point(name, route, recorded, progress));
    }

    private AliasRoute checked(String name, AliasRoute asked) {
        ModelCatalog.checkName("name", name);
        if (models.existsById(name)) {
            throw new ConflictException("'" + name + "' is the id of a model.");
        }
        AliasRoute route =
                new AliasRoute(asked.targets().stream().map(this::placed).toList());
        route.local().forEach(this::admit);
        return route;
    }

    /**
     * Checks that a local model can be loaded, before a job does so.
     *
     * @throws UnknownModelException if there is no such model
     * @throws io.baseload.service.registry.NotEnoughMemoryException if it would not fit now
     */
    void admit(String model) {
        loader.admit(models.findById(model).orElseThrow(() -> new UnknownModelException(model)));
    }

    /** The target with the backend that has its model. */
    AliasTarget placed(AliasTarget target) {
        if (target.backend().isPresent()) {
            String backend = target.backend().get();
            return backends.offer(backend, target.model())
                    .map(offer -> target)
                    .orElseThrow(() -> new UnknownModelException(target.model() + "@" + backend));
        }
        boolean local = loader.hasEngine() && models.existsById(target.model());
        List<RemoteOffer> elsewhere = local ? List.of() : backends.offering(target.model());
        if (elsewhere.size() > 1) {
            throw new InvalidRequestException(
                    "targets",
                    "invalid_value",
                    "Several backends have a model '" + target.model() + "': name one as 'backend'.");
        }
        Optional<String> backend =
                elsewhere.stream().map(offer -> offer.client().backend().name()).findFirst();
        return target.on(backend);
    }

    /** Loads the local models here, has the other processes load them too, then moves the name. */
    private void point(String name, AliasRoute route, Consumer<AliasRoute> recorded, Progress progress) {
        Runnable move = () -> move(name, route, recorded);
        if (route.local().isEmpty()) {
            loader.inTurn(move);
        } else {
            load(route.local(), move, progress);
        }
        everywhere.awaitAlias(name, route.description(), progress);
    }

    /** Whether the target's backend still has its model; true for a local one. */
    boolean isOffered(AliasTarget target) {
        return target.backend()
                .map(backend -> backends.offer(backend, target.model()).isPresent())
                .orElse(true);
    }

    /** Runs a decision in a turn and a transaction. */
    void decide(Runnable decision) {
        loader.inTurn(() -> transaction.executeWithoutResult(status -> decision.run()));
    }

    /** Loads a model here and in the other processes, to be unloaded with its last name; then decides. */
    void bring(String model, Runnable decision, Progress progress) {
        load(
                List.of(model),
                () -> transaction.executeWithoutResult(status -> {
                    want(model);
                    decision.run();
                }),
                progress);
    }

    /**
     * Ends a canary: points its name to it, or unloads its model.
     *
     * @param first ends it in the table, in the same transaction; false if somebody else has
     * @return the result of {@code first}
     */
    boolean settle(Canary canary, boolean promoted, BooleanSupplier first) {
        return loader.inTurn(() -> {
            List<String> local = canary.backend().isEmpty() ? List.of(canary.model()) : List.of();
            Ended ended = Objects.requireNonNull(transaction.execute(status -> {
                List<String> before = local(canary.alias());
                if (!first.getAsBoolean()) {
                    return new Ended(false, List.of());
                }
                if (promoted) {
                    local.forEach(this::want);
                    targets.point(canary.alias(), new AliasRoute(List.of(canary.target())));
                }
                return new Ended(
                        true,
                        (promoted ? before : local)
                                .stream().filter(this::leaves).toList());
            }));
            if (ended.here() && promoted) {
                follow(canary.alias(), new AliasRoute(List.of(canary.target())));
            }
            ended.left().forEach(loaded::drain);
            return ended.here();
        });
    }

    /**
     * @param here whether this process ended it
     * @param left the local models that are no longer wanted
     */
    private record Ended(boolean here, List<String> left) {}

    /** Loads models one after the other, and again if one was unloaded meanwhile: {@code move} runs in a turn that finds all of them answering. */
    private void load(List<String> ids, Runnable move, Progress progress) {
        ids.forEach(model -> loading.merge(model, 1, Integer::sum));
        var moved = new AtomicBoolean();
        try {
            while (!moved.get()) {
                for (String model : ids) {
                    loader.load(model, progress, () -> want(model));
                    everywhere.awaitModel(model, progress);
                }
                loader.load(ids.getLast(), progress, () -> {
                    if (ids.stream().allMatch(id -> loader.state(id) == Model.State.LOADED)) {
                        move.run();
                        moved.set(true);
                    }
                });
            }
        } finally {
            ids.forEach(model -> loading.computeIfPresent(model, (id, jobs) -> jobs == 1 ? null : jobs - 1));
            if (!moved.get()) {
                loader.inTurn(() -> ids.forEach(this::drainIfUnused));
            }
        }
    }

    private void want(String model) {
        models.wantIfUnwanted(model, LoadDemand.BY_ALIAS.name());
    }

    private void move(String name, AliasRoute route, Consumer<AliasRoute> recorded) {
        List<String> left = transaction.execute(status -> {
            List<String> before = local(name);
            targets.point(name, route);
            route.local().forEach(this::want); // again: somebody may have unloaded one since it was loaded
            Optional<String> canary = canaries.find(name)
                    .filter(one -> canaries.end(one, Canary.State.ROLLED_BACK, "the alias was moved"))
                    .filter(one -> one.backend().isEmpty())
                    .map(Canary::model)
                    .filter(this::leaves);
            recorded.accept(route);
            return Stream.concat(canary.stream(), before.stream().filter(this::leaves))
                    .toList();
        });
        follow(name, route);
        Objects.requireNonNull(left).forEach(loaded::drain);
    }

    /** In an order in which a request always finds the old targets or the new ones. */
    private void follow(String name, AliasRoute route) {
        if (!route.local().isEmpty()) {
            loaded.point(name, route.local());
        }
        routes.put(name, route);
        if (route.local().isEmpty()) {
            loaded.forget(name);
        }
    }

    /** The local models of a name, as the table says. */
    private List<String> local(String name) {
        return find(name).map(alias -> alias.route().local()).orElse(List.of());
    }

    private void drainIfUnused(String model) {
        if (leaves(model)) {
            loaded.drain(model);
        }
    }

    /** The aliases as this process routes them: if the local models are not the wanted ones yet, those that answer now. */
    public Map<String, String> here() {
        Map<String, List<String>> local = loaded.aliases();
        Map<String, String> here = new TreeMap<>();
        local.forEach((name, models) -> here.put(name, String.join(", ", models)));
        routes.all().forEach((name, route) -> {
            if (route.local().equals(local.getOrDefault(name, List.of()))) {
                here.put(name, route.description());
            }
        });
        return here;
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
        List<String> left = transaction.execute(status -> {
            Optional<String> canary = canaries.find(alias.name())
                    .filter(one -> one.backend().isEmpty())
                    .map(Canary::model);
            rows.deleteById(alias.name());
            recorded.run();
            return Stream.concat(canary.stream(), alias.route().local().stream())
                    .filter(this::leaves)
                    .toList();
        });
        loaded.forget(alias.name());
        routes.remove(alias.name());
        Objects.requireNonNull(left).forEach(loaded::drain);
    }

    /** Whether a model that just lost an alias, or did not get it, should be unloaded. */
    private boolean leaves(String model) {
        boolean unused = !loading.containsKey(model)
                && !rows.existsByModel(model)
                && models.findById(model).map(ModelRow::wanted).equals(Optional.of(LoadDemand.BY_ALIAS));
        if (unused) {
            models.want(model, LoadDemand.NO.name());
        }
        return unused;
    }
}

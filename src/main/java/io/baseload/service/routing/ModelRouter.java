package io.baseload.service.routing;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.engine.api.ModelTask;
import io.baseload.service.backend.BackendHealth;
import io.baseload.service.registry.LoadPatience;
import io.baseload.service.registry.LoadedModels;
import io.baseload.service.registry.LoadedModels.ServableModel;
import io.baseload.service.registry.ModelLoader;
import io.baseload.service.registry.ModelRows;
import io.baseload.service.registry.ModelRows.ModelRow;
import io.baseload.service.registry.ModelUnavailableException;
import io.baseload.service.registry.OnDemandModels;
import io.baseload.service.registry.ServedModel;
import io.baseload.service.registry.UnknownModelException;
import io.baseload.service.routing.AliasRoute.AliasTarget;
import io.baseload.service.routing.Backends.RemoteOffer;
import io.baseload.service.routing.Canary.Arm;
import io.baseload.service.tenant.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Resolves a name, within what the caller's key may see: first as an alias, then as a local model's id, then as a model of backends. A local model hides remote ones of the same id
 * even while it is not loaded, so that unloading a model never sends requests to another machine.
 *
 * <p>Of several targets, healthy ones are tried first, each group in the alias's order. A backend that is down is not tried at all.
 */
@Component
final class ModelRouter implements ModelDirectory {
    private static final Duration SOON = Duration.ofSeconds(2);
    private static final Duration LATER = Duration.ofSeconds(30);

    private final ModelRows rows;
    private final ModelLoader loader;
    private final LoadedModels loaded;
    private final AliasRoutes routes;
    private final Backends backends;
    private final OnDemandModels onDemand;
    private final CanaryTraffic canaries;

    ModelRouter(
            ModelRows rows,
            ModelLoader loader,
            LoadedModels loaded,
            AliasRoutes routes,
            Backends backends,
            OnDemandModels onDemand,
            CanaryTraffic canaries) {
        this.rows = rows;
        this.loader = loader;
        this.loaded = loaded;
        this.routes = routes;
        this.backends = backends;
        this.onDemand = onDemand;
        this.canaries = canaries;
    }

    /** A target, and the state of its backend for this caller; a local one counts as up. */
    private record Choice(Target target, BackendHealth.State state) {}

    @Override
    public List<Target> route(Caller caller, String name, TargetFilter filter) {
        Optional<AliasRoute> route = routes.find(name);
        if (route.isPresent()) {
            List<Target> targets = targets(caller, name, route.get(), filter);
            return canaries.find(name)
                    .map(canary -> withCanary(caller, canary, targets))
                    .orElse(targets);
        }
        List<RemoteOffer> elsewhere = loaded.model(name).isPresent() ? List.of() : backends.offering(name);
        if (elsewhere.isEmpty() || loader.hasEngine() && rows.existsById(name)) {
            return List.of(patience -> local(caller, name, name, patience));
        }
        return ordered(
                elsewhere.stream()
                        .filter(offer -> caller.mayAsk(name))
                        .map(offer -> remote(caller, offer))
                        .toList(),
                name);
    }

    private List<Target> targets(Caller caller, String name, AliasRoute route, TargetFilter filter) {
        List<AliasTarget> visible = route.drawn().stream()
                .filter(target -> sees(caller, name, target.model()))
                .toList();
        boolean local = visible.stream().anyMatch(target -> target.backend().isEmpty());
        List<AliasTarget> selected = filter.select(
                visible, () -> local ? held(caller, name, loaded.resolve(name).getFirst()) : Optional.empty());
        return ordered(
                selected.stream()
                        .flatMap(target -> choice(caller, name, target).stream())
                        .toList(),
                name);
    }

    /** A model that is tried out. */
    private record Trial(Target target, Consumer<InvalidRequestException> refusals) implements Target {
        @Override
        public ServedModel acquire(LoadPatience patience) {
            return target.acquire(patience);
        }

        @Override
        public boolean isTrial() {
            return true;
        }

        @Override
        public void refused(InvalidRequestException refusal) {
            refusals.accept(refusal);
        }
    }

    /** The canary's request goes to it first; if it refuses it or does not start to answer, to the others. */
    private List<Target> withCanary(Caller caller, Canary canary, List<Target> stable) {
        List<Target> all = new ArrayList<>();
        if (CanaryTraffic.draws(canary) && sees(caller, canary.alias(), canary.model())) {
            all.add(new Trial(
                    counted(caller, canary, Arm.CANARY, patience -> acquire(caller, canary)),
                    refusal -> canaries.refused(canary, caller.tenant(), refusal)));
        }
        stable.forEach(target -> all.add(counted(caller, canary, Arm.STABLE, target)));
        return all;
    }

    /** A model that is being loaded says nothing about its quality; a backend that is down does. */
    private Target counted(Caller caller, Canary canary, Arm arm, Target target) {
        return patience -> {
            try {
                return canaries.counted(canary, arm, caller.tenant(), target.acquire(patience));
            } catch (UpstreamException e) {
                canaries.failed(canary, arm, caller.tenant());
                throw e;
            }
        };
    }

    /** A local one that is not in memory is loaded on request, as any other; its request then goes to the name's own targets. */
    private ServedModel acquire(Caller caller, Canary canary) {
        if (canary.backend().isPresent()) {
            return backends.offer(canary.backend().get(), canary.model())
                    .map(ModelRouter::acquire)
                    .orElseThrow(() -> new ModelUnavailableException(canary.model(), "no longer offered", LATER));
        }
        String id = canary.model();
        return loaded.acquire(id, id, any -> true)
                .or(() -> onDemand.bring(caller.tenant(), id, id, LoadPatience.NONE, Optional::empty))
                .orElseThrow(() -> new ModelUnavailableException(id, "being loaded", SOON));
    }

    private Optional<Choice> choice(Caller caller, String name, AliasTarget target) {
        return target.backend()
                .map(backend -> backends.offer(backend, target.model()).map(offer -> remote(caller, offer)))
                .orElseGet(() -> Optional.of(
                        new Choice(patience -> local(caller, name, target.model(), patience), BackendHealth.State.UP)));
    }

    private static Choice remote(Caller caller, RemoteOffer offer) {
        return new Choice(patience -> acquire(offer), offer.state(caller.tenant()));
    }

    private static ServedModel acquire(RemoteOffer offer) {
        if (offer.state() == BackendHealth.State.DOWN) {
            throw new UpstreamException(
                    Reason.UNREACHABLE,
                    "The backend '" + offer.client().backend().name() + "' does not answer.");
        }
        return offer.model();
    }

    private static List<Target> ordered(List<Choice> choices, String name) {
        if (choices.isEmpty()) {
            throw new UnknownModelException(name);
        }
        return choices.stream()
                .sorted(Comparator.comparing(Choice::state))
                .map(Choice::target)
                .toList();
    }

    private ServedModel local(Caller caller, String name, String preferred, LoadPatience patience) {
        return held(caller, name, preferred)
                .or(() -> onDemand.bring(
                        caller.tenant(),
                        name,
                        loaded.resolve(name, preferred),
                        patience,
                        () -> held(caller, name, preferred)))
                .orElseThrow(() -> absent(name, loaded.resolve(name, preferred)));
    }

    private Optional<ServedModel> held(Caller caller, String name, String preferred) {
        return loaded.acquire(name, preferred, id -> sees(caller, name, id));
    }

    private RuntimeException absent(String name, String id) {
        return switch (loader.state(id)) {
            case LOADING -> new ModelUnavailableException(name, "being loaded", SOON);
            case DRAINING -> new ModelUnavailableException(name, "being unloaded", LATER);
            case LOADED -> new ModelUnavailableException(name, "being loaded", Duration.ofSeconds(1));
            case STORED, FAILED -> {
                if (rows.existsById(id)) {
                    yield new ModelUnavailableException(name, "not loaded", LATER);
                }
                yield routes.find(name).isPresent() // it had a local model when the request was routed
                        ? new ModelUnavailableException(name, "being moved", Duration.ofSeconds(1))
                        : new UnknownModelException(name);
            }
        };
    }

    @Override
    public List<Card> visibleTo(Caller caller) {
        Map<String, Found> cards = new TreeMap<>();
        Map<String, Instant> stored = stored();
        for (RemoteOffer offer : backends.offers()) {
            if (caller.mayAsk(offer.offer().id())) {
                cards.put(offer.offer().id(), Found.ofUnknownTask(offer.created()));
            }
        }
        routes.all()
                .forEach((alias, route) -> route.targets().stream()
                        .filter(target -> sees(caller, alias, target.model()))
                        .flatMap(target -> find(alias, target, stored).stream())
                        .findFirst()
                        .ifPresent(found -> cards.put(alias, found)));
        stored.forEach((id, created) -> {
            if (caller.mayAsk(id)) {
                cards.put(id, Found.ofUnknownTask(created));
            }
        });
        for (ServableModel model : loaded.models()) {
            if (loaded.answers(model.id()) && caller.mayAsk(model.id())) {
                cards.put(model.id(), Found.of(model));
            }
        }
        return cards.entrySet().stream()
                .map(card -> new Card(
                        card.getKey(),
                        card.getValue().created(),
                        card.getValue().task()))
                .sorted(Comparator.comparing(card -> card.id().toLowerCase(Locale.ROOT)))
                .toList();
    }

    @Override
    public Set<String> ids() {
        Set<String> ids = new HashSet<>();
        rows.findAll().forEach(row -> ids.add(row.id()));
        loaded.models().forEach(model -> ids.add(model.id()));
        backends.offers().forEach(offer -> ids.add(offer.offer().id()));
        return ids;
    }

    /** When the models that are loaded on request were created. */
    private Map<String, Instant> stored() {
        return onDemand.isOn()
                ? rows.findAll().stream().collect(Collectors.toMap(ModelRow::id, ModelRow::createdAt))
                : Map.of();
    }

    /** A model that answers, or would. */
    private record Found(Instant created, Optional<ModelTask> task) {
        static Found of(ServableModel model) {
            return new Found(
                    model.created(), Optional.of(model.resident().info().task()));
        }

        static Found ofUnknownTask(Instant created) {
            return new Found(created, Optional.empty());
        }
    }

    /** The model behind the alias; empty if nothing answers to it. */
    private Optional<Found> find(String alias, AliasTarget target, Map<String, Instant> stored) {
        return target.backend()
                .map(backend -> backends.offer(backend, target.model())
                        .map(RemoteOffer::created)
                        .map(Found::ofUnknownTask))
                .orElseGet(() -> find(loaded.resolve(alias, target.model()), stored));
    }

    private Optional<Found> find(String id, Map<String, Instant> stored) {
        return loaded.model(id)
                .filter(model -> loaded.answers(id))
                .map(Found::of)
                .or(() -> Optional.ofNullable(stored.get(id)).map(Found::ofUnknownTask));
    }

    private static boolean sees(Caller caller, String name, String id) {
        return caller.mayAsk(name) || caller.mayAsk(id);
    }
}

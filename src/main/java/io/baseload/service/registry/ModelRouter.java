package io.baseload.service.registry;

import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.service.backend.BackendHealth;
import io.baseload.service.registry.AliasRoute.AliasTarget;
import io.baseload.service.registry.Backends.RemoteOffer;
import io.baseload.service.registry.LoadedModels.Slot;
import io.baseload.service.tenant.Caller;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/**
 * Finds what answers to a name, within what the caller's key may see: an alias first, then a local model of this id, then backends that have one. A local model hides
 * those of the same id also while it is not loaded, so that no request leaves the machine because somebody unloaded a model.
 *
 * <p>Of several targets those that are well are asked first, each group in the alias's order. A backend that is down is not asked at all.
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

    ModelRouter(ModelRows rows, ModelLoader loader, LoadedModels loaded, AliasRoutes routes, Backends backends) {
        this.rows = rows;
        this.loader = loader;
        this.loaded = loaded;
        this.routes = routes;
        this.backends = backends;
    }

    /** A target that is on a backend, if it is. */
    private record Choice(Target target, BackendHealth.State state) {}

    @Override
    public List<Target> route(Caller caller, String name) {
        Optional<AliasRoute> route = routes.find(name);
        if (route.isPresent()) {
            return ordered(
                    route.get().drawn().stream()
                            .filter(target -> sees(caller, name, target.model()))
                            .flatMap(target -> choice(caller, name, target).stream())
                            .toList(),
                    name);
        }
        List<RemoteOffer> elsewhere = loaded.slot(name).isPresent() ? List.of() : backends.offering(name);
        if (elsewhere.isEmpty() || rows.existsById(name)) {
            return List.of(() -> local(caller, name));
        }
        return ordered(
                elsewhere.stream()
                        .filter(offer -> caller.mayAsk(name))
                        .map(ModelRouter::remote)
                        .toList(),
                name);
    }

    private Optional<Choice> choice(Caller caller, String name, AliasTarget target) {
        return target.backend()
                .map(backend -> backends.offer(backend, target.model()).map(ModelRouter::remote))
                .orElseGet(() -> Optional.of(new Choice(() -> local(caller, name), BackendHealth.State.UP)));
    }

    private static Choice remote(RemoteOffer offer) {
        return new Choice(() -> acquire(offer), offer.state());
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

    private ServedModel local(Caller caller, String name) {
        return loaded.acquire(name, id -> sees(caller, name, id)).orElseThrow(() -> absent(name));
    }

    private RuntimeException absent(String name) {
        String id = loaded.resolve(name);
        return switch (loader.state(id)) {
            case LOADING -> new ModelUnavailableException(name, "being loaded", SOON);
            case DRAINING -> new ModelUnavailableException(name, "being unloaded", LATER);
            case LOADED -> new ModelUnavailableException(name, "being loaded", Duration.ofSeconds(1));
            case STORED, FAILED ->
                rows.existsById(id)
                        ? new ModelUnavailableException(name, "not loaded", LATER)
                        : new UnknownModelException(name);
        };
    }

    @Override
    public List<Card> visibleTo(Caller caller) {
        Map<String, Instant> cards = new TreeMap<>();
        for (RemoteOffer offer : backends.offers()) {
            if (caller.mayAsk(offer.offer().id())) {
                cards.put(offer.offer().id(), offer.created());
            }
        }
        routes.all()
                .forEach((alias, route) -> route.targets().stream()
                        .filter(target -> sees(caller, alias, target.model()))
                        .flatMap(target -> created(alias, target).stream())
                        .findFirst()
                        .ifPresent(created -> cards.put(alias, created)));
        for (Slot slot : loaded.slots()) {
            if (loaded.answers(slot.id()) && caller.mayAsk(slot.id())) {
                cards.put(slot.id(), slot.created());
            }
        }
        return cards.entrySet().stream()
                .map(card -> new Card(card.getKey(), card.getValue()))
                .sorted(Comparator.comparing(card -> card.id().toLowerCase(Locale.ROOT)))
                .toList();
    }

    /** When what answers to an alias came; empty if nothing does. */
    private Optional<Instant> created(String alias, AliasTarget target) {
        return target.backend()
                .map(backend -> backends.offer(backend, target.model()).map(RemoteOffer::created))
                .orElseGet(() -> loaded.slot(loaded.resolve(alias))
                        .filter(slot -> loaded.answers(slot.id()))
                        .map(Slot::created));
    }

    private static boolean sees(Caller caller, String name, String id) {
        return caller.mayAsk(name) || caller.mayAsk(id);
    }
}

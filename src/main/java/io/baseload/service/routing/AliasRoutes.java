package io.baseload.service.routing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** The targets of names, as this process routes them. The local models behind a name are known to {@link io.baseload.service.registry.LoadedModels}, which moves the name when they are loaded. */
@Component
final class AliasRoutes {
    private volatile Map<String, AliasRoute> routes = Map.of();

    Optional<AliasRoute> find(String name) {
        return Optional.ofNullable(routes.get(name));
    }

    Map<String, AliasRoute> all() {
        return routes;
    }

    /** The names with local models. */
    Map<String, List<String>> local() {
        Map<String, List<String>> local = new TreeMap<>();
        routes.forEach((name, route) -> local.put(name, route.local()));
        local.values().removeIf(List::isEmpty);
        return local;
    }

    synchronized void use(Map<String, AliasRoute> all) {
        routes = Map.copyOf(all);
    }

    synchronized void put(String name, AliasRoute route) {
        Map<String, AliasRoute> changed = new TreeMap<>(routes);
        changed.put(name, route);
        routes = Map.copyOf(changed);
    }

    synchronized void remove(String name) {
        Map<String, AliasRoute> changed = new TreeMap<>(routes);
        changed.remove(name);
        routes = Map.copyOf(changed);
    }
}

package io.baseload.service.routing;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** The targets of names, as this process routes them. The local model behind a name is known to {@link io.baseload.service.registry.LoadedModels}, which moves the name when the model is loaded. */
@Component
final class AliasRoutes {
    private volatile Map<String, AliasRoute> routes = Map.of();

    Optional<AliasRoute> find(String name) {
        return Optional.ofNullable(routes.get(name));
    }

    Map<String, AliasRoute> all() {
        return routes;
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

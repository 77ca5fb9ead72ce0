package io.baseload.service.registry;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** Where names point, as this process routes them. Which local model answers to a name is known to {@link LoadedModels}, which moves it when the model is there. */
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

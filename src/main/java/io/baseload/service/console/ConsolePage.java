package io.baseload.service.console;

import io.baseload.service.tenant.Caller;
import io.baseload.service.web.RouteAccess;
import java.util.List;
import java.util.stream.Stream;

/** The pages, each with the API route that it shows: callers without access to the route don't see the page. */
enum ConsolePage {
    HOME("/console", "Home", "GET", "/admin/v1/me"),
    PLAYGROUND("/console/playground", "Playground", "POST", "/v1/chat/completions"),
    MODELS("/console/models", "Models", "GET", "/admin/v1/models"),
    BACKENDS("/console/backends", "Backends", "GET", "/admin/v1/backends"),
    ENGINE("/console/engine", "Engine", "GET", "/admin/v1/engine"),
    TENANTS("/console/tenants", "Tenants", "GET", "/admin/v1/tenants/{tenant}"),
    USAGE("/console/usage", "Usage", "GET", "/admin/v1/usage"),
    AUDIT("/console/audit", "Audit", "GET", "/admin/v1/audit"),
    PLANNER("/console/planner", "Planner", "POST", "/admin/v1/plan"),
    KEYS("/console/keys", "My keys", "GET", "/admin/v1/me/keys");

    private final String path;
    private final String label;
    private final String method;
    private final String route;

    ConsolePage(String path, String label, String method, String route) {
        this.path = path;
        this.label = label;
        this.method = method;
        this.route = route;
    }

    public String path() {
        return path;
    }

    public String label() {
        return label;
    }

    boolean isFor(Caller caller) {
        return RouteAccess.allows(caller, method, route.replace("{tenant}", caller.tenant()));
    }

    static List<ConsolePage> of(Caller caller) {
        return Stream.of(values()).filter(page -> page.isFor(caller)).toList();
    }

    /** The page that a path belongs to; paths of no other page belong to Home. */
    static ConsolePage at(String path) {
        return Stream.of(values())
                .filter(page -> page != HOME && (path.equals(page.path) || path.startsWith(page.path + "/")))
                .findFirst()
                .orElse(HOME);
    }
}

package io.baseload.service.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.Resource;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/** Every route that an application maps: controllers, actuator, static files. */
public final class Routes {
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    /** What anybody is answered: the probes, the console's sign-in and its files, of which that one isn't there. */
    private static final Map<String, Integer> OPEN = Map.of(
            "/actuator/health/liveness",
            200,
            "/actuator/health/readiness",
            200,
            "/console/sign-in",
            200,
            "/console/assets/**",
            404);

    /** These answer HEAD without a key, too. */
    private static final String PROBES = "/actuator/health/";

    private static final Pattern FUNCTION = Pattern.compile("\\(([A-Z]+) && (/\\S*)\\)");

    private final Map<String, Set<String>> methods = new TreeMap<>();

    private Routes() {}

    public static Routes of(ApplicationContext context) {
        var routes = new Routes();
        context.getBeansOfType(HandlerMapping.class).values().forEach(routes::add);
        for (String open : Security.OPEN) {
            routes.methods.put(open, new TreeSet<>(METHODS));
        }
        return routes;
    }

    /** A kind of mapping that isn't known here fails: its routes would go unseen. */
    private void add(HandlerMapping mapping) {
        switch (mapping) {
            case RequestMappingInfoHandlerMapping controllers ->
                controllers.getHandlerMethods().keySet().forEach(this::add);
            case AbstractUrlHandlerMapping urls -> urls.getHandlerMap().keySet().forEach(path -> add(path, METHODS));
            case RouterFunctionMapping functions -> {
                if (functions.getRouterFunction() != null) {
                    functions.getRouterFunction().accept(new Functions());
                }
            }
            default ->
                assertTrue(
                        Set.of(
                                        "WelcomePageHandlerMapping",
                                        "WelcomePageNotAcceptableHandlerMapping",
                                        "BeanNameUrlHandlerMapping")
                                .contains(mapping.getClass().getSimpleName()),
                        "unknown " + mapping);
        }
    }

    /** The routes of router functions; of other things in them than a method and a path the tests know nothing. */
    private final class Functions implements RouterFunctions.Visitor {
        @Override
        public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
            var found = FUNCTION.matcher(predicate.toString());
            assertTrue(found.matches(), "unknown " + predicate);
            add(found.group(2), List.of(found.group(1)));
        }

        @Override
        public void startNested(RequestPredicate predicate) {
            throw new AssertionError("unknown " + predicate);
        }

        @Override
        public void endNested(RequestPredicate predicate) {}

        @Override
        public void resources(Function<ServerRequest, Optional<Resource>> lookup) {
            throw new AssertionError("unknown resources");
        }

        @Override
        public void attributes(Map<String, Object> attributes) {}

        @Override
        public void unknown(RouterFunction<?> function) {
            throw new AssertionError("unknown " + function);
        }
    }

    private void add(RequestMappingInfo info) {
        var named =
                info.getMethodsCondition().getMethods().stream().map(Enum::name).toList();
        info.getPatternValues().forEach(path -> add(path, named.isEmpty() ? METHODS : named));
    }

    private void add(String path, List<String> verbs) {
        methods.computeIfAbsent(path, key -> new TreeSet<>()).addAll(verbs);
    }

    public Map<String, Set<String>> methods() {
        return methods;
    }

    public Set<String> paths() {
        return methods.keySet();
    }

    /** Asks each without a key, by each of its methods; at least {@code expected} routes must be there. */
    public void assertClosed(int port, int expected) throws Exception {
        assertTrue(methods.size() >= expected, methods.keySet()::toString);
        try (var client = HttpClient.newHttpClient()) {
            for (var route : methods.entrySet()) {
                for (String method : route.getValue()) {
                    boolean open = method.equals("GET")
                            || method.equals("HEAD") && route.getKey().startsWith(PROBES);
                    assertEquals(
                            open ? OPEN.getOrDefault(route.getKey(), 401) : 401,
                            ask(client, port, method, route.getKey()),
                            method + " " + route.getKey());
                }
            }
        }
    }

    private static int ask(HttpClient client, int port, String method, String pattern) throws Exception {
        String path = pattern.replaceAll("\\{\\*[^}]*}", "a/b")
                .replaceAll("\\{[^}]*}", "a")
                .replace("**", "a/b");
        var uri = URI.create("http://localhost:" + port + (path.startsWith("/") ? path : "/" + path));
        var request = HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        Arrays.asList("GET", "HEAD").contains(method)
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString("{}"));
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }
}

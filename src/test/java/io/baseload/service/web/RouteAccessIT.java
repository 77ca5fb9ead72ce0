package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.tenant.Role;
import io.baseload.testing.RunningService;
import io.baseload.testing.WholeService;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.web.servlet.DispatcherServlet;

/** Every route, asked by every role, with keys of the platform and of a tenant, about that tenant and about another. What is expected is written down here once more. */
@ExtendWith(WholeService.class)
class RouteAccessIT {
    private static final String OWN = "access-own";
    private static final String OTHER = "access-other";

    @Test
    void thePageHasTheRules() throws Exception {
        assertThat(RouteAccessPage.present())
                .as("java …RouteAccessPage writes docs/access.md anew")
                .isEqualTo(RouteAccessPage.renewed());
        assertThat(RouteAccessPage.hasEveryReach()).isTrue();
    }

    @Test
    void everyRouteByEveryRoleOfEveryTenant(RunningService service) throws Exception {
        Rest rest = service.rest();
        rest.post("/admin/v1/tenants", Map.of("id", OWN));
        rest.post("/admin/v1/tenants", Map.of("id", OTHER));
        var keys = new HashMap<String, String>();
        for (Role role : Role.values()) {
            for (String tenant : List.of("default", OWN)) {
                keys.put(role + "@" + tenant, key(rest, tenant, role));
            }
        }
        var routes = Routes.of(
                Objects.requireNonNull(service.bean(DispatcherServlet.class).getWebApplicationContext()));
        var wrong = new ArrayList<String>();
        int asked = 0;
        try (var client = HttpClient.newHttpClient()) {
            for (var route : routes.methods().entrySet()) {
                for (String method : route.getValue()) {
                    for (Role role : Role.values()) {
                        for (String of : List.of("default", OWN)) {
                            for (String about : about(route.getKey())) {
                                String path = route.getKey().replace("{tenant}", about);
                                if (harms(method, path)) {
                                    continue;
                                }
                                int status = ask(client, rest.url() + filled(path), method, keys.get(role + "@" + of));
                                boolean denied = status == 403;
                                asked++;
                                if (denied == allowed(method, route.getKey(), role, of, about) && !open(path)) {
                                    wrong.add(method + " " + path + " by " + role + "@" + of + ": " + status);
                                }
                            }
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(asked).isGreaterThan(500);
    }

    /** The rules in other words. */
    private static boolean allowed(String method, String route, Role role, String of, String about) {
        boolean platform = of.equals("default");
        if (route.startsWith("/v1/")) {
            return role == Role.USER;
        }
        if (role == Role.OPERATOR && (route.startsWith("/admin/") || route.startsWith("/actuator"))) {
            return true;
        }
        if (route.startsWith("/admin/v1/audit")) {
            boolean ofAll = route.endsWith("/verification") || route.endsWith("/export");
            return role == Role.AUDITOR && (method.equals("GET") || method.equals("HEAD")) && (platform || !ofAll);
        }
        if (route.startsWith("/admin/v1/tenants/{")) {
            boolean read =
                    method.equals("GET") && (route.endsWith("}") && !route.contains("keys") || route.endsWith("usage"));
            return role == Role.TENANT_ADMIN && of.equals(about) && (read || route.contains("/keys"));
        }
        if (route.equals("/actuator/prometheus")) {
            return role == Role.METRICS && platform && method.equals("GET");
        }
        return !route.startsWith("/admin/") && !route.startsWith("/actuator"); // static files: any key
    }

    private static List<String> about(String route) {
        return route.startsWith("/admin/v1/tenants/{") ? List.of(OWN, OTHER, "default") : List.of("a");
    }

    /** The two probes answer everybody. */
    private static boolean open(String path) {
        return path.equals("/actuator/health/liveness") || path.equals("/actuator/health/readiness");
    }

    /** What would end the test's own tenants, keys or service. */
    private static boolean harms(String method, String path) {
        return method.equals("DELETE") && path.matches("/admin/v1/tenants/[^/]+");
    }

    private static String filled(String pattern) {
        String path = pattern.replaceAll("\\{\\*[^}]*}", "a/b")
                .replaceAll("\\{[^}]*}", "a")
                .replace("**", "a/b");
        return path.startsWith("/") ? path : "/" + path;
    }

    private static int ask(HttpClient client, String url, String method, String key) throws Exception {
        var body = List.of("GET", "HEAD").contains(method) ? BodyPublishers.noBody() : BodyPublishers.ofString("{}");
        var request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + key)
                .method(method, body);
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }

    private static String key(Rest rest, String tenant, Role role) throws Exception {
        return rest.post("/admin/v1/tenants/" + tenant + "/keys", Map.of("roles", List.of(role.wire())))
                .get("key")
                .asString();
    }
}

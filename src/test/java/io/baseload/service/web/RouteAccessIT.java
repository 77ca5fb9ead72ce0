package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.service.tenant.Role;
import io.baseload.testing.IdentityProvider;
import io.baseload.testing.RunningService;
import io.baseload.tools.Rest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * Every route, asked by every role, with keys and with tokens, of the platform and of a tenant, about that tenant and about another. What is expected is written down here
 * once more.
 */
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

    private record Asker(Role role, String tenant, boolean token, String bearer) {
        @Override
        public String toString() {
            return role + "@" + tenant + (token ? " by token" : " by key");
        }
    }

    @Test
    void everyRouteByEveryRoleOfEveryTenant(@TempDir Path home) throws Exception {
        try (var provider = IdentityProvider.start();
                var service = RunningService.at(home, properties(provider))) {
            Rest rest = service.rest();
            rest.post("/admin/v1/tenants", Map.of("id", OWN));
            rest.post("/admin/v1/tenants", Map.of("id", OTHER));
            var askers = new ArrayList<Asker>();
            for (Role role : Role.values()) {
                for (String tenant : List.of("default", OWN)) {
                    askers.add(new Asker(role, tenant, false, key(rest, tenant, role)));
                    askers.add(new Asker(role, tenant, true, provider.token(group(role, tenant), group(role, tenant))));
                }
            }
            var routes = Routes.of(
                    Objects.requireNonNull(service.bean(DispatcherServlet.class).getWebApplicationContext()));
            ask(rest.url(), routes, askers);
            theProbesAnswerWithoutAKey(rest.url());
            anAuditorOfATenantSeesItsEntriesOnly(rest);
        }
    }

    private static void theProbesAnswerWithoutAKey(String url) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            for (String probe : List.of("liveness", "readiness")) {
                for (String method : List.of("GET", "HEAD")) {
                    var request = HttpRequest.newBuilder(URI.create(url + "/actuator/health/" + probe))
                            .method(method, BodyPublishers.noBody());
                    assertThat(client.send(request.build(), BodyHandlers.discarding())
                                    .statusCode())
                            .as(method + " " + probe)
                            .isEqualTo(200);
                }
            }
        }
    }

    private static void anAuditorOfATenantSeesItsEntriesOnly(Rest rest) throws Exception {
        for (String tenant : List.of(OWN, OTHER)) {
            key(rest.as(key(rest, tenant, Role.TENANT_ADMIN)), tenant, Role.USER); // an act of the tenant's own
        }
        Rest auditor = rest.as(key(rest, OWN, Role.AUDITOR));
        assertThat(auditor.get("/admin/v1/audit?limit=1000").get("data"))
                .isNotEmpty()
                .allSatisfy(entry ->
                        assertThat(entry.at("/actor/tenant").asString()).isEqualTo(OWN));
        assertThat(auditor.send("GET", "/admin/v1/audit?tenant=" + OTHER, "").statusCode())
                .isEqualTo(403);
        rest.send("GET", "/admin/v1/audit/checkpoint", ""); // an auditor of a tenant makes nobody sign
        for (var proof : Map.of(OWN, 200, OTHER, 404).entrySet()) {
            long seq = rest.get("/admin/v1/audit?limit=1&tenant=" + proof.getKey())
                    .at("/data/0/seq")
                    .asLong();
            assertThat(auditor.send("GET", "/admin/v1/audit/proof?seq=" + seq, "")
                            .statusCode())
                    .as("the proof of an entry of " + proof.getKey())
                    .isEqualTo(proof.getValue());
        }
    }

    private static String group(Role role, String tenant) {
        return role.wire() + "-of-" + tenant;
    }

    private static String[] properties(IdentityProvider provider) {
        var properties = new ArrayList<>(provider.properties());
        int number = 0;
        for (Role role : Role.values()) {
            for (String tenant : List.of("default", OWN)) {
                properties.addAll(IdentityProvider.rule(number++, group(role, tenant), tenant, role.wire()));
            }
        }
        return properties.toArray(String[]::new);
    }

    private static void ask(String url, Routes routes, List<Asker> askers) throws Exception {
        var wrong = new ArrayList<String>();
        int asked = 0;
        try (var client = HttpClient.newHttpClient()) {
            for (var route : routes.methods().entrySet()) {
                for (String method : withHead(route.getValue())) {
                    for (Asker asker : askers) {
                        for (String about : about(route.getKey())) {
                            String path = route.getKey().replace("{tenant}", about);
                            boolean allowed = allowed(method, route.getKey(), asker, about);
                            if (allowed && harms(method, path)) {
                                continue;
                            }
                            int status = ask(client, url + filled(path), method, asker.bearer());
                            boolean denied = status == 403;
                            asked++;
                            if (denied == allowed && !open(path)) {
                                wrong.add(method + " " + path + " by " + asker + ": " + status);
                            }
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(asked).isGreaterThan(1200);
    }

    /** Each controller of GET answers HEAD too. */
    private static Set<String> withHead(Set<String> methods) {
        var all = new TreeSet<>(methods);
        if (methods.contains("GET")) {
            all.add("HEAD");
        }
        return all;
    }

    /** The rules in other words. */
    private static boolean allowed(String asked, String route, Asker asker, String about) {
        String method = asked.equals("HEAD") ? "GET" : asked;
        Role role = asker.role();
        String of = asker.tenant();
        boolean platform = of.equals("default");
        if (route.equals("/mcp")) {
            return true;
        }
        if (route.startsWith("/admin/v1/me")) {
            return asker.token() || !route.contains("keys");
        }
        if (route.startsWith("/v1/")
                || route.endsWith("/rerank")
                || route.endsWith("/tokenize")
                || route.endsWith("/detokenize")) {
            return role == Role.USER;
        }
        if (route.endsWith("/contents") && method.equals("GET")) {
            return role == Role.CONTENT_AUDITOR && of.equals(about);
        }
        if (role == Role.OPERATOR && (route.startsWith("/admin/") || route.startsWith("/actuator"))) {
            return true;
        }
        if (route.equals("/admin/v1/attention")) {
            return role == Role.TENANT_ADMIN || role == Role.AUDITOR && platform;
        }
        if (route.startsWith("/admin/v1/audit")) {
            boolean ofAll = route.endsWith("/verification") || route.endsWith("/export"); // signed, without 'format'
            return role == Role.AUDITOR && method.equals("GET") && (platform || !ofAll);
        }
        if (route.startsWith("/admin/v1/tenants/{")) {
            boolean read = method.equals("GET")
                    && (route.endsWith("}") && !route.contains("keys") && !route.contains("identities")
                            || route.endsWith("usage")
                            || route.endsWith("/content-policy")
                            || route.endsWith("/guardrails"));
            boolean erase = route.endsWith("/contents") && method.equals("DELETE");
            return role == Role.TENANT_ADMIN
                    && of.equals(about)
                    && (read || erase || route.contains("/keys") || route.contains("/identities"));
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

    /** What would end the test's own tenants, keys or service, if it were allowed. */
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

package io.baseload.service.web;

import static io.baseload.service.tenant.Role.AUDITOR;
import static io.baseload.service.tenant.Role.CONTENT_AUDITOR;
import static io.baseload.service.tenant.Role.METRICS;
import static io.baseload.service.tenant.Role.OPERATOR;
import static io.baseload.service.tenant.Role.TENANT_ADMIN;
import static io.baseload.service.tenant.Role.USER;

import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Role;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** The complete rules for which key or token may call which route. If two rules match, the first one applies; a route without a rule answers any valid key or token with 404. */
public final class RouteAccess {
    static final String TENANT = "tenant";

    /** The scope of a role. */
    enum Reach {
        /** With every key or token that has the role. It shows only the caller's tenant, unless the caller is the platform's. */
        ANY,
        /** With keys and tokens of the platform. */
        PLATFORM,
        /** On the caller's own tenant, which the path names. */
        OWN,
        /** For a person with a token, but not with a key. */
        PERSON
    }

    record Grant(Role role, Reach reach) {
        boolean covers(Caller caller, @Nullable String tenant) {
            return caller.has(role)
                    && switch (reach) {
                        case ANY -> true;
                        case PLATFORM -> caller.isPlatform();
                        case OWN -> caller.tenant().equals(tenant);
                        case PERSON -> caller.isPerson();
                    };
        }
    }

    /**
     * @param method an HTTP method, GET also for HEAD, or {@code *} for all
     * @param paths {@code {tenant}} in the pattern is the requested tenant
     */
    record Rule(String method, PathPattern paths, List<Grant> grants) {
        String pattern() {
            return paths.getPatternString();
        }

        boolean allows(Caller caller, @Nullable String tenant) {
            return grants.stream().anyMatch(grant -> grant.covers(caller, tenant));
        }
    }

    private static final Grant OPERATORS = new Grant(OPERATOR, Reach.ANY);
    private static final Grant OWN_ADMINS = new Grant(TENANT_ADMIN, Reach.OWN);
    private static final Grant AUDITORS = new Grant(AUDITOR, Reach.ANY);
    private static final Grant PLATFORM_AUDITORS = new Grant(AUDITOR, Reach.PLATFORM);

    static final List<Rule> RULES = List.of(
            rule("*", "/v1/**", new Grant(USER, Reach.ANY)),
            rule("POST", "/v2/rerank", new Grant(USER, Reach.ANY)),
            rule("POST", "/rerank", new Grant(USER, Reach.ANY)),
            rule("POST", "/tokenize", new Grant(USER, Reach.ANY)),
            rule("POST", "/detokenize", new Grant(USER, Reach.ANY)),
            rule("*", "/mcp", everybody(Reach.ANY)),
            rule("*", "/admin/v1/me/keys/**", everybody(Reach.PERSON)),
            rule("GET", "/admin/v1/me", everybody(Reach.ANY)),
            rule("GET", "/admin/v1/attention", OPERATORS, new Grant(TENANT_ADMIN, Reach.ANY), PLATFORM_AUDITORS),
            rule("GET", "/admin/v1/audit/verification", OPERATORS, PLATFORM_AUDITORS),
            rule("GET", "/admin/v1/audit/**", OPERATORS, AUDITORS),
            rule("GET", "/admin/v1/tenants/{tenant}/contents", new Grant(CONTENT_AUDITOR, Reach.OWN)),
            rule("DELETE", "/admin/v1/tenants/{tenant}/contents", OPERATORS, OWN_ADMINS),
            rule("GET", "/admin/v1/tenants/{tenant}/content-policy", OPERATORS, OWN_ADMINS),
            rule("GET", "/admin/v1/tenants/{tenant}/guardrails", OPERATORS, OWN_ADMINS),
            rule("GET", "/admin/v1/tenants/{tenant}", OPERATORS, OWN_ADMINS),
            rule("GET", "/admin/v1/tenants/{tenant}/usage", OPERATORS, OWN_ADMINS),
            rule("*", "/admin/v1/tenants/{tenant}/keys/**", OPERATORS, OWN_ADMINS),
            rule("*", "/admin/v1/tenants/{tenant}/identities/**", OPERATORS, OWN_ADMINS),
            rule("*", "/admin/v1/**", OPERATORS),
            rule("GET", "/actuator/prometheus", OPERATORS, new Grant(METRICS, Reach.PLATFORM)),
            rule("*", "/actuator/**", OPERATORS));

    private RouteAccess() {}

    /**
     * Whether a caller may call a route.
     *
     * @param path without a query, such as {@code /admin/v1/tenants/default}
     */
    public static boolean allows(Caller caller, String method, String path) {
        PathContainer parsed = PathContainer.parsePath(path);
        String asked = method.equals("HEAD") ? "GET" : method; // which is what its controller does
        return RULES.stream()
                .filter(rule -> rule.method().equals("*") || rule.method().equals(asked))
                .map(rule -> Optional.ofNullable(rule.paths().matchAndExtract(parsed))
                        .map(match ->
                                rule.allows(caller, match.getUriVariables().get(TENANT))))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(false);
    }

    private static Grant[] everybody(Reach reach) {
        return Stream.of(Role.values()).map(role -> new Grant(role, reach)).toArray(Grant[]::new);
    }

    private static Rule rule(String method, String pattern, Grant... grants) {
        return new Rule(method, PathPatternParser.defaultInstance.parse(pattern), List.of(grants));
    }
}

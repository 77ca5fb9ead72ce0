package io.baseload.service.identity;

import io.baseload.service.identity.IdentityProperties.IssuerProperties;
import io.baseload.service.identity.IdentityProperties.RuleProperties;
import io.baseload.service.tenant.ApiKey;
import io.baseload.service.tenant.Priority;
import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rights granted by a token's claims: the first matching rule decides the tenant, and all matching rules with the same tenant contribute their roles and models. Without a rule
 * or a tenant: nothing.
 */
record ClaimRules(String groupsClaim, @Nullable String tenantClaim, List<RuleProperties> rules) {
    private static final String EVERYBODY = "*";

    /** A person's tenant, and rights in it. */
    record TenantRights(String tenant, ApiKey.Rights rights) {}

    private record Match(String tenant, RuleProperties rule) {}

    static ClaimRules of(IssuerProperties properties) {
        return new ClaimRules(properties.groupsClaim(), properties.tenantClaim(), properties.rules());
    }

    Optional<TenantRights> rights(Map<String, Object> claims) {
        Set<String> groups = texts(claim(claims, groupsClaim));
        List<Match> matches = rules.stream()
                .filter(rule -> rule.group().equals(EVERYBODY) || groups.contains(rule.group()))
                .flatMap(rule -> tenant(rule, claims).map(it -> new Match(it, rule)).stream())
                .toList();
        if (matches.isEmpty()) {
            return Optional.empty();
        }
        String tenant = matches.getFirst().tenant();
        List<RuleProperties> same = matches.stream()
                .filter(match -> match.tenant().equals(tenant))
                .map(Match::rule)
                .toList();
        Set<Role> roles = same.stream()
                .flatMap(rule -> rule.roles().stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Role.class)));
        return Optional.of(new TenantRights(
                tenant, new ApiKey.Rights(roles, models(same), Priority.INTERACTIVE, Optional.empty())));
    }

    /** The granted models; all if one of the rules grants all. */
    private static Set<String> models(List<RuleProperties> rules) {
        var models = new HashSet<String>();
        for (RuleProperties rule : rules) {
            if (rule.models().isEmpty()) {
                return Set.of();
            }
            models.addAll(rule.models());
        }
        return models;
    }

    private Optional<String> tenant(RuleProperties rule, Map<String, Object> claims) {
        if (rule.tenant() != null) {
            return Optional.of(rule.tenant());
        }
        return tenantClaim != null && claim(claims, tenantClaim) instanceof String named && named.matches(Tenant.ID)
                ? Optional.of(named)
                : Optional.empty();
    }

    /** The claim with this name, or at this dotted path. */
    private static @Nullable Object claim(Map<?, ?> claims, String name) {
        if (claims.containsKey(name)) {
            return claims.get(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && claims.get(name.substring(0, dot)) instanceof Map<?, ?> inner
                ? claim(inner, name.substring(dot + 1))
                : null;
    }

    private static Set<String> texts(@Nullable Object claim) {
        return switch (claim) {
            case String one -> Set.of(one);
            case Collection<?> many ->
                many.stream()
                        .filter(String.class::isInstance)
                        .map(String.class::cast)
                        .collect(Collectors.toUnmodifiableSet());
            case null, default -> Set.of();
        };
    }
}

package io.baseload.service.identity;

import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Identity providers whose tokens are accepted in addition to API keys.
 *
 * @param issuers none = keys only
 * @param publicUrl this service's address in browsers, for sign-ins on a provider's pages; absent = as in the request
 * @param timeout for each answer of a provider
 */
@ConfigurationProperties("baseload.identity")
public record IdentityProperties(
        @DefaultValue List<IssuerProperties> issuers,
        @Nullable URI publicUrl,
        @DefaultValue("3s") Duration timeout) {
    public IdentityProperties {
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("baseload.identity.timeout must be positive, not " + timeout);
        }
        if (publicUrl != null && !isOrigin(publicUrl)) {
            throw new IllegalArgumentException("baseload.identity.public-url must be a URL without a path, such as"
                    + " https://baseload.example.com, not " + publicUrl);
        }
    }

    private static boolean isOrigin(URI url) {
        return url.getHost() != null
                && Set.of("http", "https").contains(url.getScheme())
                && List.of("", "/").contains(url.getPath())
                && url.getQuery() == null
                && url.getUserInfo() == null;
    }

    /**
     * A provider.
     *
     * @param issuer its name in tokens ({@code iss}), and the address of its configuration
     * @param audiences a token must be for one of these ({@code aud})
     * @param jwkSetUri the address of its keys; absent = from its configuration ({@code /.well-known/openid-configuration})
     * @param clockSkew allowed clock difference
     * @param outage how long its last known keys stay valid if it can't be reached
     * @param groupsClaim the claim with the person's groups: its name, or a dotted path
     * @param tenantClaim the claim with the person's tenant, for rules that name none
     * @param sslBundle name of a bundle from {@code spring.ssl.bundle} with trusted certificates; absent = Java's own
     * @param rules the rights of groups
     * @param signIn sign-in to the console on the provider's pages; absent = with a key or a token only
     */
    public record IssuerProperties(
            URI issuer,
            @DefaultValue List<String> audiences,
            @Nullable URI jwkSetUri,
            @DefaultValue("60s") Duration clockSkew,
            @DefaultValue("4h") Duration outage,
            @DefaultValue("groups") String groupsClaim,
            @Nullable String tenantClaim,
            @Nullable String sslBundle,
            @DefaultValue List<RuleProperties> rules,
            @Nullable SignInProperties signIn) {
        public IssuerProperties {
            SecureLocation.require("issuer", issuer);
            if (jwkSetUri != null) {
                SecureLocation.require("jwk-set-uri", jwkSetUri);
            }
            require(!audiences.isEmpty(), issuer, "needs 'audiences': tokens for others must not be accepted");
            require(!rules.isEmpty(), issuer, "needs 'rules': without any, nobody has access");
            for (RuleProperties rule : rules) {
                require(
                        rule.tenant() != null || tenantClaim != null,
                        issuer,
                        "the rule for '" + rule.group() + "' needs a 'tenant', or the issuer a 'tenant-claim'");
            }
        }

        private static void require(boolean met, URI issuer, String otherwise) {
            if (!met) {
                throw new IllegalArgumentException("baseload.identity: the issuer " + issuer + ": " + otherwise);
            }
        }
    }

    /**
     * The rights of a group.
     *
     * @param group {@code *} = everybody known to the provider
     * @param tenant absent = the one named by the token
     * @param models aliases or ids that may be used; none = all
     */
    public record RuleProperties(
            @DefaultValue("") String group,
            @Nullable String tenant,
            @DefaultValue List<Role> roles,
            @DefaultValue List<String> models) {
        public RuleProperties {
            if (group.isBlank()) {
                throw new IllegalArgumentException("baseload.identity: a rule needs a 'group', '*' for everybody");
            }
            if (roles.isEmpty()) {
                throw new IllegalArgumentException("baseload.identity: the rule for '" + group + "' grants no role");
            }
            if (tenant != null && !tenant.matches(Tenant.ID)) {
                throw new IllegalArgumentException("baseload.identity: the rule for '" + group + "' names the tenant '"
                        + tenant + "', which can't exist: ids match " + Tenant.ID);
            }
        }
    }
}

package io.baseload.service.identity;

import io.baseload.service.tenant.Role;
import io.baseload.service.tenant.Tenant;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Identity providers whose tokens are accepted beside API keys.
 *
 * @param issuers none = keys only
 */
@ConfigurationProperties("baseload.identity")
public record IdentityProperties(@DefaultValue List<IssuerProperties> issuers) {
    /**
     * A provider.
     *
     * @param issuer its name in tokens ({@code iss}), and where its configuration is found
     * @param audiences a token must be for one of these ({@code aud})
     * @param jwkSetUri where its keys are; absent = where its configuration ({@code /.well-known/openid-configuration}) says
     * @param clockSkew by how much clocks may differ
     * @param outage how long its keys are believed when it can't be reached
     * @param groupsClaim where a token has the person's groups: a claim's name, or the way to it with dots between the names
     * @param tenantClaim where a token has the person's tenant, for rules that name none
     * @param sslBundle name of a bundle below {@code spring.ssl.bundle} whose certificates are believed; absent = as Java has it
     * @param rules what groups give
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
            @DefaultValue List<RuleProperties> rules) {
        public IssuerProperties {
            SecureLocation.require("issuer", issuer);
            if (jwkSetUri != null) {
                SecureLocation.require("jwk-set-uri", jwkSetUri);
            }
            require(!audiences.isEmpty(), issuer, "needs 'audiences': tokens for others must not be accepted");
            require(!rules.isEmpty(), issuer, "needs 'rules': without one nobody is let in");
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
     * What a group gives.
     *
     * @param group {@code *} = everybody whom the provider knows
     * @param tenant absent = the one that the token names
     * @param models aliases or ids that may be asked; none = all
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
                throw new IllegalArgumentException("baseload.identity: the rule for '" + group + "' gives no role");
            }
            if (tenant != null && !tenant.matches(Tenant.ID)) {
                throw new IllegalArgumentException("baseload.identity: the rule for '" + group + "' names the tenant '"
                        + tenant + "', which can't exist: ids match " + Tenant.ID);
            }
        }
    }
}

package io.baseload.service.identity;

import io.baseload.service.identity.IdentityProperties.IssuerProperties;
import io.baseload.service.outbound.BoundedHttp;
import io.baseload.service.outbound.HttpClients;
import io.baseload.service.tenant.Identities;
import io.baseload.service.web.TokenAuthenticator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the providers. They are not contacted before the first token or sign-in. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IdentityProperties.class)
class IdentityConfiguration {
    private static final int MAX_ANSWER = 512 << 10;

    /** The providers by their issuer. */
    record Providers(Map<String, Provider> byIssuer) {}

    @Bean
    Providers providers(IdentityProperties properties, SslBundles bundles) {
        Map<String, Provider> providers = new LinkedHashMap<>();
        for (IssuerProperties issuer : properties.issuers()) {
            if (providers.put(issuer.issuer().toString(), provider(issuer, properties.timeout(), bundles)) != null) {
                throw new IllegalArgumentException("baseload.identity: two issuers are " + issuer.issuer());
            }
        }
        return new Providers(providers);
    }

    @Bean
    TokenAuthenticator tokens(Providers providers, Identities identities) {
        return new ProviderTokens(providers.byIssuer, identities);
    }

    @Bean
    ProviderSignIn signIn(Providers providers, IdentityProperties properties, Identities identities) {
        Map<String, Provider> bySignIn = new LinkedHashMap<>();
        for (Provider provider : providers.byIssuer.values()) {
            provider.signIn().map(SignInClient::id).ifPresent(id -> {
                if (bySignIn.put(id, provider) != null) {
                    throw new IllegalArgumentException(
                            "baseload.identity: two issuers have the 'sign-in.id' " + id + ": each needs its own");
                }
            });
        }
        return new ProviderSignIn(bySignIn, new PublicAddress(Optional.ofNullable(properties.publicUrl())), identities);
    }

    private static Provider provider(IssuerProperties issuer, Duration timeout, SslBundles bundles) {
        var client = HttpClients.of(timeout, HttpClients.tls(issuer.sslBundle(), () -> bundles));
        return new Provider(issuer, timeout, new BoundedHttp(client, timeout, MAX_ANSWER), client);
    }
}

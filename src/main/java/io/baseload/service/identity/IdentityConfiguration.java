package io.baseload.service.identity;

import io.baseload.service.identity.IdentityProperties.IssuerProperties;
import io.baseload.service.tenant.Identities;
import io.baseload.service.web.BoundedHttp;
import io.baseload.service.web.TokenAuthenticator;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the providers. They are not contacted before the first token. */
@Configuration(proxyBeanMethods = false)
class IdentityConfiguration {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int MAX_ANSWER = 512 << 10;

    @Bean
    TokenAuthenticator tokens(IdentityProperties properties, Identities identities, SslBundles bundles) {
        Map<String, Provider> providers = new LinkedHashMap<>();
        for (IssuerProperties issuer : properties.issuers()) {
            if (providers.put(issuer.issuer().toString(), provider(issuer, bundles)) != null) {
                throw new IllegalArgumentException("baseload.identity: two issuers are " + issuer.issuer());
            }
        }
        return new ProviderTokens(providers, identities);
    }

    private static Provider provider(IssuerProperties issuer, SslBundles bundles) {
        var client = HttpClient.newBuilder();
        if (issuer.sslBundle() != null) {
            client.sslContext(bundles.getBundle(issuer.sslBundle()).createSslContext());
        }
        return new Provider(issuer, new BoundedHttp(client, PATIENCE, MAX_ANSWER));
    }
}

package io.baseload.service.identity;

import com.nimbusds.jwt.JWTParser;
import io.baseload.service.audit.Person;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Identities;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.NoAccessException;
import io.baseload.service.web.TokenAuthenticator;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.jwt.Jwt;

/** Finds the provider that a token names, has it verified, and determines the person's tenant and rights. */
final class ProviderTokens implements TokenAuthenticator {
    private static final Logger log = LoggerFactory.getLogger(ProviderTokens.class);
    static final Duration PROVIDER_BACK = Duration.ofSeconds(10);
    static final String UNAVAILABLE = "identity_provider_unavailable";

    /** The beginning of each signed token: <code>{"</code> in base 64. */
    private static final String BEGIN = "eyJ";

    private final Map<String, Provider> providers;
    private final Identities identities;

    /** @param providers by their issuer */
    ProviderTokens(Map<String, Provider> providers, Identities identities) {
        this.providers = providers;
        this.identities = identities;
    }

    @Override
    public boolean reads(String bearer) {
        return !providers.isEmpty()
                && bearer.startsWith(BEGIN)
                && bearer.chars().filter(character -> character == '.').count() == 2;
    }

    @Override
    public Supplier<Optional<Caller>> verify(String token) {
        var provider = provider(token);
        var valid = provider.flatMap(it -> verified(it, token));
        return () -> valid.map(jwt -> caller(provider.orElseThrow(), jwt));
    }

    private Optional<Provider> provider(String token) {
        try {
            String issuer = JWTParser.parse(token).getJWTClaimsSet().getIssuer();
            return issuer == null ? Optional.empty() : Optional.ofNullable(providers.get(issuer));
        } catch (ParseException | RuntimeException e) {
            log.debug("A token can't be read: {}", e.toString());
            return Optional.empty();
        }
    }

    private static Optional<Jwt> verified(Provider provider, String token) {
        try {
            return Optional.of(provider.verify(token));
        } catch (AuthenticationServiceException e) {
            log.debug("A token can't be verified", e);
            throw ApiException.unavailable(
                    UNAVAILABLE, "The identity provider's keys can't be fetched now. API keys work.", PROVIDER_BACK);
        } catch (AuthenticationException e) {
            log.debug("A token is refused: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private Caller caller(Provider provider, Jwt token) {
        Person person = Provider.person(token);
        Instant issued = Provider.issued(token);
        return provider.rights(token)
                .flatMap(granted -> identities.signIn(person, granted.tenant(), granted.rights(), issued))
                .orElseThrow(() -> {
                    identities.withdraw(person, issued);
                    log.debug("{} is known to the provider, but has no rights here", person);
                    return new NoAccessException(person);
                });
    }
}

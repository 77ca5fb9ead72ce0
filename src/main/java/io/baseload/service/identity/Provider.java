package io.baseload.service.identity;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import io.baseload.service.audit.Person;
import io.baseload.service.identity.IdentityProperties.IssuerProperties;
import io.baseload.service.web.BoundedHttp;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

/**
 * One identity provider. A token is valid if it is signed with one of the provider's keys, by an algorithm with a public key, comes from that provider, is for this service, names
 * a person, and is within its period of validity.
 *
 * <p>The keys are fetched with the first token and kept for some minutes; for a token signed with an unknown key they are fetched again, at most twice in ten seconds, which is how
 * new keys become known. While the provider can't be reached, its last keys stay valid for the configured time.
 */
final class Provider {
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final Duration FETCH_PATIENCE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(10);
    private static final int MAX_SUBJECT = 255;

    /** The token names a person. */
    static final OAuth2TokenValidator<Jwt> SUBJECT = new JwtClaimValidator<String>(
            JwtClaimNames.SUB, subject -> subject != null && !subject.isBlank() && subject.length() <= MAX_SUBJECT);

    private final AuthenticationManager manager;
    private final ClaimRules rules;
    private final Optional<SignInClient> signIn;

    /** @param client for the calls of sign-ins */
    Provider(IssuerProperties properties, BoundedHttp http, HttpClient client) {
        var configuration = new ProviderConfiguration(properties.issuer(), http);
        Supplier<URI> location =
                () -> Objects.requireNonNullElseGet(properties.jwkSetUri(), () -> configuration.location("jwks_uri"));
        var keys = source(properties, new ProviderKeys(properties.issuer(), location, http));
        var types = new DefaultJOSEObjectTypeVerifier<SecurityContext>(
                JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null);
        var decoder = decoder(keys, validator(properties), types);
        this.manager = new JwtAuthenticationProvider(decoder)::authenticate;
        this.rules = ClaimRules.of(properties);
        this.signIn = Optional.ofNullable(properties.signIn())
                .map(own -> new SignInClient(properties, own, configuration, keys, client));
    }

    /** How people sign in on its pages; empty = not at all. */
    Optional<SignInClient> signIn() {
        return signIn;
    }

    /** @throws AuthenticationException if the token is invalid, or the keys can't be fetched */
    Jwt verify(String token) {
        var authenticated = manager.authenticate(new BearerTokenAuthenticationToken(token));
        return (Jwt) Objects.requireNonNull(authenticated.getPrincipal());
    }

    /** @param token a valid one */
    static Person person(ClaimAccessor token) {
        return new Person(
                Objects.requireNonNull(token.getClaimAsString(JwtClaimNames.ISS)),
                Objects.requireNonNull(token.getClaimAsString(JwtClaimNames.SUB)));
    }

    Optional<ClaimRules.TenantRights> rights(ClaimAccessor token) {
        return rules.rights(token.getClaims());
    }

    static JwtDecoder decoder(
            JWKSource<SecurityContext> keys,
            OAuth2TokenValidator<Jwt> validator,
            DefaultJOSEObjectTypeVerifier<SecurityContext> types) {
        var decoder = NimbusJwtDecoder.withJwkSource(keys)
                .jwsAlgorithms(allowed -> {
                    allowed.clear();
                    allowed.addAll(EnumSet.allOf(SignatureAlgorithm.class));
                })
                .jwtProcessorCustomizer(processor -> processor.setJWSTypeVerifier(types))
                .build();
        decoder.setJwtValidator(validator);
        return decoder;
    }

    private static JWKSource<SecurityContext> source(IssuerProperties properties, ProviderKeys keys) {
        return JWKSourceBuilder.create(keys)
                .cache(KEPT.toMillis(), FETCH_PATIENCE.toMillis())
                .refreshAheadCache(false)
                .rateLimited(BETWEEN_FETCHES.toMillis())
                .outageTolerant(properties.outage().toMillis())
                .build();
    }

    private static OAuth2TokenValidator<Jwt> validator(IssuerProperties properties) {
        var time = new JwtTimestampValidator(properties.clockSkew());
        time.setAllowEmptyExpiryClaim(false);
        return new DelegatingOAuth2TokenValidator<>(
                time,
                new JwtIssuerValidator(properties.issuer().toString()),
                new JwtClaimValidator<Collection<String>>(
                        JwtClaimNames.AUD,
                        audiences -> audiences != null && !Collections.disjoint(audiences, properties.audiences())),
                SUBJECT);
    }
}

package io.baseload.service.identity;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import io.baseload.service.audit.Person;
import io.baseload.service.identity.IdentityProperties.IssuerProperties;
import io.baseload.service.outbound.BoundedHttp;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.ClaimAccessor;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.core.oidc.IdTokenClaimNames;
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
 * a person, is within its period of validity, and is not the ID token of a sign-in.
 *
 * <p>The keys are fetched with the first token and kept for some minutes; for a token signed with an unknown key they are fetched again, at most twice in ten seconds, which is how
 * new keys become known. While the provider can't be reached, its last keys stay valid for the configured time.
 */
final class Provider {
    private static final Duration KEPT = Duration.ofMinutes(5);
    private static final Duration BETWEEN_FETCHES = Duration.ofSeconds(10);
    private static final int MAX_SUBJECT = 255;

    /** The token names a person. */
    static final OAuth2TokenValidator<Jwt> SUBJECT = new JwtClaimValidator<String>(
            JwtClaimNames.SUB, subject -> subject != null && !subject.isBlank() && subject.length() <= MAX_SUBJECT);

    /** The token has no nonce. ID tokens of sign-ins have one: they pass through browsers, and would otherwise be keys to the API if the client's id is an audience. */
    private static final OAuth2TokenValidator<Jwt> NO_ID_TOKEN = token -> token.hasClaim(IdTokenClaimNames.NONCE)
            ? OAuth2TokenValidatorResult.failure(
                    new OAuth2Error(OAuth2ErrorCodes.INVALID_TOKEN, "It has a nonce, so it is an ID token.", null))
            : OAuth2TokenValidatorResult.success();

    private final AuthenticationManager manager;
    private final ClaimRules rules;
    private final Optional<SignInClient> signIn;

    /**
     * @param timeout for each of the provider's answers
     * @param http has the same timeout
     * @param client for the calls of sign-ins
     */
    Provider(IssuerProperties properties, Duration timeout, BoundedHttp http, HttpClient client) {
        var configuration =
                new ProviderConfiguration(properties.issuer(), required(properties), http, InstantSource.system());
        Supplier<URI> location = () -> Objects.requireNonNullElseGet(
                properties.jwkSetUri(), () -> configuration.location(ProviderConfiguration.KEYS));
        var keys = source(properties, timeout, new ProviderKeys(properties.issuer(), location, http));
        var types = new DefaultJOSEObjectTypeVerifier<SecurityContext>(
                JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null);
        var decoder = decoder(keys, validator(properties), types);
        this.manager = new JwtAuthenticationProvider(decoder)::authenticate;
        this.rules = ClaimRules.of(properties);
        this.signIn = Optional.ofNullable(properties.signIn())
                .map(own -> new SignInClient(properties, own, configuration, keys, client, timeout));
    }

    private static List<String> required(IssuerProperties properties) {
        Stream<String> keys = properties.jwkSetUri() == null ? Stream.of(ProviderConfiguration.KEYS) : Stream.empty();
        Stream<String> signIn = properties.signIn() == null
                ? Stream.empty()
                : Stream.of(ProviderConfiguration.AUTHORIZATION, ProviderConfiguration.TOKENS);
        return Stream.concat(keys, signIn).toList();
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

    /** A token that doesn't give the time counts as new, to the minute, so that it is not recorded at each use. */
    static Instant issued(ClaimAccessor token) {
        Instant now = Instant.now();
        Instant issued = token.getClaimAsInstant(JwtClaimNames.IAT);
        if (issued == null) {
            return now.truncatedTo(ChronoUnit.MINUTES);
        }
        return issued.isAfter(now) ? now : issued;
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

    private static JWKSource<SecurityContext> source(IssuerProperties properties, Duration timeout, ProviderKeys keys) {
        Duration others = timeout.multipliedBy(3); // wait for the one who fetches the configuration and the keys
        return JWKSourceBuilder.create(keys)
                .cache(KEPT.toMillis(), others.toMillis())
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
                SUBJECT,
                NO_ID_TOKEN);
    }
}

package io.baseload.service.identity;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.SecurityContext;
import io.baseload.service.identity.IdentityProperties.IssuerProperties;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.client.endpoint.OAuth2AuthorizationCodeGrantRequest;
import org.springframework.security.oauth2.client.endpoint.RestClientAuthorizationCodeTokenResponseClient;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenValidator;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2AuthorizationException;
import org.springframework.security.oauth2.core.endpoint.OAuth2AccessTokenResponse;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/** This service as a client of a provider. The provider is not contacted before somebody signs in. */
final class SignInClient {
    private static final Logger log = LoggerFactory.getLogger(SignInClient.class);

    private final IssuerProperties issuer;
    private final SignInProperties properties;
    private final ProviderConfiguration configuration;
    private final JWKSource<SecurityContext> keys;
    private final RestClientAuthorizationCodeTokenResponseClient tokens =
            new RestClientAuthorizationCodeTokenResponseClient();

    SignInClient(
            IssuerProperties issuer,
            SignInProperties properties,
            ProviderConfiguration configuration,
            JWKSource<SecurityContext> keys,
            HttpClient client,
            Duration timeout) {
        this.issuer = issuer;
        this.properties = properties;
        this.configuration = configuration;
        this.keys = keys;
        tokens.setRestClient(restClient(client, timeout));
    }

    /** As Spring Security's own, but with the provider's certificates and a deadline. */
    private static RestClient restClient(HttpClient client, Duration timeout) {
        var factory = new JdkClientHttpRequestFactory(client);
        factory.setReadTimeout(timeout);
        return RestClient.builder()
                .requestFactory(factory)
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build();
    }

    String id() {
        return properties.id();
    }

    String name() {
        return properties.name(issuer.issuer());
    }

    String clientId() {
        return properties.clientId();
    }

    Duration maxSession() {
        return properties.maxSession();
    }

    /**
     * The registration, with the provider's addresses and the current secret.
     *
     * @param redirect the template of the address to which the provider sends people back
     * @throws AuthenticationServiceException if the provider's configuration or the secret can't be read
     */
    ClientRegistration registration(String redirect) {
        try {
            var registration = ClientRegistration.withRegistrationId(properties.id())
                    .clientName(name())
                    .clientId(properties.clientId())
                    .authorizationGrantType(AuthorizationGrantType.AUTHORIZATION_CODE)
                    .redirectUri(redirect)
                    .scope(properties.scopes())
                    .issuerUri(issuer.issuer().toString())
                    .authorizationUri(configuration
                            .location(ProviderConfiguration.AUTHORIZATION)
                            .toString())
                    .tokenUri(
                            configuration.location(ProviderConfiguration.TOKENS).toString())
                    .userNameAttributeName(JwtClaimNames.SUB);
            return properties
                    .secret()
                    .map(secret -> registration.clientSecret(secret).clientAuthenticationMethod(method()))
                    .orElseGet(() -> registration.clientAuthenticationMethod(ClientAuthenticationMethod.NONE))
                    .build();
        } catch (AuthenticationServiceException e) {
            throw e;
        } catch (RuntimeException e) {
            log.warn("Nobody can sign in at {}: {}", issuer.issuer(), e.toString());
            throw new AuthenticationServiceException("no registration at " + issuer.issuer(), e);
        }
    }

    private ClientAuthenticationMethod method() {
        List<String> supported = configuration.texts("token_endpoint_auth_methods_supported");
        var basic = ClientAuthenticationMethod.CLIENT_SECRET_BASIC;
        return supported.isEmpty() || supported.contains(basic.getValue())
                ? basic
                : ClientAuthenticationMethod.CLIENT_SECRET_POST;
    }

    /** @throws AuthenticationServiceException if the provider can't be reached */
    OAuth2AccessTokenResponse tokens(OAuth2AuthorizationCodeGrantRequest request) {
        try {
            return tokens.getTokenResponse(request);
        } catch (OAuth2AuthorizationException e) {
            if (e.getCause() instanceof ResourceAccessException || e.getCause() instanceof HttpServerErrorException) {
                log.warn("{} issues no tokens: {}", issuer.issuer(), e.getMessage());
                throw new AuthenticationServiceException("no tokens from " + issuer.issuer(), e);
            }
            throw e;
        }
    }

    /** ID tokens are valid under the same conditions as access tokens, but for this client. */
    JwtDecoder idTokens(ClientRegistration registration) {
        var claims = new OidcIdTokenValidator(registration);
        claims.setClockSkew(issuer.clockSkew());
        var decoder = Provider.decoder(
                keys,
                new DelegatingOAuth2TokenValidator<>(claims, Provider.SUBJECT),
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, null));
        return token -> {
            try {
                return decoder.decode(token);
            } catch (BadJwtException e) {
                throw e;
            } catch (JwtException e) {
                throw new AuthenticationServiceException("no keys of " + issuer.issuer(), e);
            }
        };
    }

    /** Where the provider ends a person's session; empty if it can't. */
    Optional<URI> endSession() {
        return configuration.find("end_session_endpoint");
    }
}

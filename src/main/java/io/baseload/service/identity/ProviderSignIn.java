package io.baseload.service.identity;

import io.baseload.service.audit.Person;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.Identities;
import io.baseload.service.web.ApiException;
import io.baseload.service.web.NoAccessException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.oauth2.client.OAuth2LoginConfigurer;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestRedirectFilter;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Sign-in of people on the pages of identity providers: OpenID Connect's authorization code flow with PKCE, by Spring Security. The claims of the ID token give the same rights as
 * those of an access token would. No token of the provider is used for anything else.
 */
public final class ProviderSignIn implements JwtDecoderFactory<ClientRegistration> {
    /** Where a sign-in begins; the provider's id follows. */
    public static final String START = "/console/sign-in/start";

    /** To where the provider sends people back; the provider's id follows. */
    static final String CALLBACK = "/console/sign-in/callback";

    private static final Logger log = LoggerFactory.getLogger(ProviderSignIn.class);

    /** A longer ID token would make an address that is too long for servers. */
    private static final int MAX_HINT = 4_000;

    private final Map<String, Provider> providers;
    private final PublicAddress address;
    private final Identities identities;

    /** @param providers those with sign-in, by the id of their sign-in */
    ProviderSignIn(Map<String, Provider> providers, PublicAddress address, Identities identities) {
        this.providers = providers;
        this.address = address;
        this.identities = identities;
    }

    /**
     * A provider at which people can sign in.
     *
     * @param name as people know it
     * @param path where the sign-in begins
     */
    public record Choice(String name, String path) {}

    public List<Choice> choices() {
        return providers.keySet().stream()
                .map(this::client)
                .map(client -> new Choice(client.name(), START + "/" + client.id()))
                .toList();
    }

    private SignInClient client(String id) {
        return Objects.requireNonNull(providers.get(id)).signIn().orElseThrow();
    }

    /**
     * Configures Spring Security's filters.
     *
     * @param signedIn is called with an authentication for {@link #arrived}
     * @param failed is called with an exception for {@link SignInRefusal#of}
     */
    public void configure(
            OAuth2LoginConfigurer<HttpSecurity> login,
            AuthenticationSuccessHandler signedIn,
            AuthenticationFailureHandler failed) {
        login.clientRegistrationRepository(this::registration)
                .authorizedClientRepository(new NoClients())
                .authorizationEndpoint(endpoint -> endpoint.baseUri(START)
                        .authorizationRequestRepository(new PendingSignIns(this::registration, address)))
                .redirectionEndpoint(endpoint -> endpoint.baseUri(CALLBACK + "/*"))
                .tokenEndpoint(endpoint -> endpoint.accessTokenResponseClient(
                        request -> client(request.getClientRegistration().getRegistrationId())
                                .tokens(request)))
                .userInfoEndpoint(endpoint ->
                        endpoint.oidcUserService(request -> new DefaultOidcUser(List.of(), request.getIdToken())))
                .successHandler(signedIn)
                .failureHandler(failed)
                .withObjectPostProcessor(new ObjectPostProcessor<OAuth2AuthorizationRequestRedirectFilter>() {
                    @Override
                    public <O extends OAuth2AuthorizationRequestRedirectFilter> O postProcess(O filter) {
                        filter.setAuthenticationFailureHandler(failed);
                        return filter;
                    }
                });
    }

    private ClientRegistration registration(String id) {
        if (!providers.containsKey(id)) {
            throw SignInRefusal.RefusedHereException.unknownProvider();
        }
        return client(id).registration(address.template(CALLBACK + "/{registrationId}"));
    }

    /** Whether a provider sends somebody back with this request. */
    public static boolean isReturn(HttpServletRequest request) {
        return request.getRequestURI().startsWith(CALLBACK + "/");
    }

    /** The decoder of ID tokens; Spring Security finds it as a bean. */
    @Override
    public JwtDecoder createDecoder(ClientRegistration registration) {
        return client(registration.getRegistrationId()).idTokens(registration);
    }

    /**
     * A person who has come back from a provider.
     *
     * @throws NoAccessException if no rule gives the person a tenant and a role, or there is no such tenant
     */
    public SignedInPerson arrived(Authentication authentication) {
        var from = (OAuth2AuthenticationToken) authentication;
        var user = (OidcUser) Objects.requireNonNull(from.getPrincipal());
        String id = from.getAuthorizedClientRegistrationId();
        Person person = Provider.person(user);
        Instant issued = Provider.issued(user);
        Instant ends = Instant.now().plus(client(id).maxSession());
        return Objects.requireNonNull(providers.get(id))
                .rights(user)
                .flatMap(granted -> identities.signInAnew(person, granted.tenant(), granted.rights(), issued))
                .map(caller -> new SignedInPerson(
                        caller, name(user, person), ends, id, user.getIdToken().getTokenValue()))
                .orElseThrow(() -> {
                    identities.withdraw(person, issued);
                    return new NoAccessException(person);
                });
    }

    private static String name(OidcUser user, Person person) {
        return Stream.of(user.getPreferredUsername(), user.getEmail(), user.getFullName())
                .filter(name -> name != null && !name.isBlank())
                .findFirst()
                .orElse(person.subject());
    }

    /**
     * The caller of a further request.
     *
     * @throws ApiException 401 if the person must sign in again
     */
    public Caller caller(SignedInPerson signedIn) {
        return Optional.of(signedIn)
                .filter(it -> Instant.now().isBefore(it.ends()))
                .flatMap(it -> identities.current(it.caller()))
                .orElseThrow(() -> ApiException.refused(401, "session_ended", "The session has ended."));
    }

    /**
     * Where the person's session at the provider is ended; empty if the provider has no such address.
     *
     * @param returnTo the path to which the provider sends the browser back
     */
    public Optional<URI> signOut(SignedInPerson signedIn, HttpServletRequest request, String returnTo) {
        SignInClient client = client(signedIn.provider());
        return endSession(client)
                .map(end -> UriComponentsBuilder.fromUri(end)
                        .queryParamIfPresent(
                                "id_token_hint",
                                Optional.of(signedIn.idToken()).filter(token -> token.length() <= MAX_HINT))
                        .queryParam("client_id", "{client}")
                        .queryParam("post_logout_redirect_uri", "{back}")
                        .encode()
                        .buildAndExpand(client.clientId(), address.of(request, returnTo))
                        .toUri());
    }

    /** The session here has ended already, so that a provider without a configuration counts as one without an address. */
    static Optional<URI> endSession(SignInClient client) {
        try {
            return client.endSession();
        } catch (RuntimeException e) {
            log.warn("{} ends no sessions: {}", client.name(), e.toString());
            return Optional.empty();
        }
    }

    /** Access tokens are not needed. */
    private static final class NoClients implements OAuth2AuthorizedClientRepository {
        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // the interface's
        public <T extends OAuth2AuthorizedClient> @Nullable T loadAuthorizedClient(
                String id, Authentication principal, HttpServletRequest request) {
            return null;
        }

        @Override
        public void saveAuthorizedClient(
                OAuth2AuthorizedClient client,
                Authentication principal,
                HttpServletRequest request,
                HttpServletResponse response) {}

        @Override
        public void removeAuthorizedClient(
                String id, Authentication principal, HttpServletRequest request, HttpServletResponse response) {}
    }
}

package io.baseload.service.identity;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.core.endpoint.PkceParameterNames;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.web.util.WebUtils;

/**
 * Sign-ins that have begun. Each is kept in a cookie of the browser in which it began: state, nonce and code verifier, which have no use in any other browser. So strangers can't fill
 * the memory by beginning sign-ins. The cookie must come along when the provider sends the browser back, and is therefore {@code SameSite=Lax}.
 */
final class PendingSignIns implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {
    private static final String COOKIE = "baseload-sign-in";
    private static final String PATH = "/console/sign-in";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Occurs in none of the values. */
    private static final String SEPARATOR = ".";

    private final Function<String, ClientRegistration> clients;
    private final PublicAddress address;

    PendingSignIns(Function<String, ClientRegistration> clients, PublicAddress address) {
        this.clients = clients;
        this.address = address;
    }

    private record Pending(String id, String state, String nonce, String verifier) {
        static Pending of(OAuth2AuthorizationRequest request) {
            return new Pending(
                    text(request.getAttribute(OAuth2ParameterNames.REGISTRATION_ID)),
                    text(request.getState()),
                    text(request.getAttribute(OidcParameterNames.NONCE)),
                    text(request.getAttribute(PkceParameterNames.CODE_VERIFIER)));
        }

        private static String text(@Nullable Object value) {
            return (String) Objects.requireNonNull(value);
        }

        static Optional<Pending> of(HttpServletRequest request) {
            return Optional.ofNullable(WebUtils.getCookie(request, COOKIE))
                    .map(Cookie::getValue)
                    .map(value -> value.split("\\.", -1))
                    .filter(parts -> parts.length == 4)
                    .map(parts -> new Pending(parts[0], parts[1], parts[2], parts[3]));
        }

        String cookie() {
            return String.join(SEPARATOR, id, state, nonce, verifier);
        }
    }

    @Override
    public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
        return Pending.of(request)
                .filter(pending -> request.getRequestURI().equals(ProviderSignIn.CALLBACK + "/" + pending.id)
                        && pending.state.equals(request.getParameter(OAuth2ParameterNames.STATE)))
                .map(pending -> restore(pending, clients.apply(pending.id), request))
                .orElse(null);
    }

    private OAuth2AuthorizationRequest restore(Pending pending, ClientRegistration client, HttpServletRequest request) {
        return OAuth2AuthorizationRequest.authorizationCode()
                .authorizationUri(
                        Objects.requireNonNull(client.getProviderDetails().getAuthorizationUri()))
                .clientId(client.getClientId())
                .redirectUri(address.of(request, ProviderSignIn.CALLBACK + "/" + pending.id))
                .scopes(client.getScopes())
                .state(pending.state)
                .attributes(attributes -> {
                    attributes.put(OAuth2ParameterNames.REGISTRATION_ID, pending.id);
                    attributes.put(OidcParameterNames.NONCE, pending.nonce);
                    attributes.put(PkceParameterNames.CODE_VERIFIER, pending.verifier);
                })
                .build();
    }

    @Override
    public void saveAuthorizationRequest(
            @Nullable OAuth2AuthorizationRequest pending, HttpServletRequest request, HttpServletResponse response) {
        if (pending == null) {
            write("", Duration.ZERO, request, response);
        } else {
            write(Pending.of(pending).cookie(), PATIENCE, request, response);
        }
    }

    @Override
    public OAuth2AuthorizationRequest removeAuthorizationRequest(
            HttpServletRequest request, HttpServletResponse response) {
        write("", Duration.ZERO, request, response);
        return Optional.ofNullable(loadAuthorizationRequest(request))
                .orElseThrow(SignInRefusal.RefusedHereException::notPending);
    }

    private void write(String value, Duration age, HttpServletRequest request, HttpServletResponse response) {
        response.addHeader(
                HttpHeaders.SET_COOKIE,
                ResponseCookie.from(COOKIE, value)
                        .path(PATH)
                        .httpOnly(true)
                        .secure(address.isSecure(request))
                        .sameSite("Lax")
                        .maxAge(age)
                        .build()
                        .toString());
    }
}

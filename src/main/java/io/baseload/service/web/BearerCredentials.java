package io.baseload.service.web;

import io.baseload.service.audit.Actor;
import io.baseload.service.audit.DeniedAccess;
import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.KeyProperties;
import io.baseload.service.tenant.RequestRates;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reads {@code Authorization: Bearer}, in which there is an API key or an identity provider's token, or where it is missing {@code x-api-key}, as Anthropic's clients send it, and holds a key to where it may come from and how often. What is wrong
 * is refused at once, also where nothing is needed. Who is refused stands in the audit trail.
 */
final class BearerCredentials extends OncePerRequestFilter {
    /** When the key of this request ends, where that is soon. */
    static final String EXPIRES = "x-api-key-expires";

    private static final String KEY = "x-api-key";
    private static final String SCHEME = "Bearer ";
    private static final int MAX_PATH = 200;

    private final KeyChecks keys;
    private final KeyChecks tokens;
    private final TokenAuthenticator providers;
    private final RequestRates rates;
    private final KeyProperties properties;
    private final DeniedAccess denied;

    BearerCredentials(
            Authenticator authenticator,
            TokenAuthenticator providers,
            RequestRates rates,
            KeyProperties properties,
            DeniedAccess denied) {
        var guesses = new Guesses(System::nanoTime);
        this.keys = new KeyChecks(authenticator, guesses, System::nanoTime);
        this.tokens = new KeyChecks(providers::authenticate, guesses, System::nanoTime);
        this.providers = providers;
        this.rates = rates;
        this.properties = properties;
        this.denied = denied;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        @Nullable String credentials = credentials(request);
        if (credentials == null) {
            chain.doFilter(request, response);
            return;
        }
        Caller caller;
        try {
            caller = admitted(credentials, request);
        } catch (RuntimeException e) {
            Failures.of(e, RequestIds.of(request)).write(request, response);
            return;
        }
        caller.rights().expiresAt().filter(this::isSoon).ifPresent(at -> response.setHeader(EXPIRES, at.toString()));
        SecurityContextHolder.setContext(new SecurityContextImpl(new KeyAuthentication(caller)));
        chain.doFilter(request, response);
        if (response.getStatus() == HttpServletResponse.SC_FORBIDDEN) {
            forbidden(caller.actor(), request);
        }
    }

    private Caller admitted(String bearer, HttpServletRequest request) {
        String address = request.getRemoteAddr();
        boolean token = providers.reads(bearer);
        Optional<Caller> known;
        try {
            known = (token ? tokens : keys).check(bearer, address);
        } catch (NoAccessException e) {
            forbidden(e.actor(), request);
            throw e;
        }
        if (known.isEmpty()) {
            denied.signInFailed(address, RequestIds.of(request));
            throw token ? ErrorResponses.wrongToken() : ErrorResponses.wrongKey();
        }
        Caller caller = known.get();
        var limits = caller.rights().limits();
        if (!comesFrom(limits.addresses(), address)) {
            forbidden(caller.actor(), request);
            throw ErrorResponses.wrongAddress();
        }
        limits.requestsPerMinute().ifPresent(perMinute -> rates.count(caller.keyPrefix(), perMinute));
        return caller;
    }

    /** @param ranges none = from anywhere */
    private static boolean comesFrom(Collection<String> ranges, String address) {
        return ranges.isEmpty() || ranges.stream().anyMatch(range -> new IpAddressMatcher(range).matches(address));
    }

    private boolean isSoon(Instant end) {
        return end.isBefore(Instant.now().plus(properties.expiryNotice()));
    }

    private void forbidden(Actor actor, HttpServletRequest request) {
        denied.forbidden(actor, route(request), request.getRemoteAddr(), RequestIds.of(request));
    }

    private static String route(HttpServletRequest request) {
        String path = request.getRequestURI();
        return request.getMethod() + " " + path.substring(0, Math.min(path.length(), MAX_PATH));
    }

    /** The probes answer without looking at keys, so that they do also while keys can't be looked up. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return List.of(Security.OPEN).contains(request.getServletPath());
    }

    /** Null without any. */
    private static @Nullable String credentials(HttpServletRequest request) {
        @Nullable String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header == null ? request.getHeader(KEY) : bearer(header);
    }

    /** Empty with another scheme, which is nobody's. */
    private static String bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? header.substring(SCHEME.length()).strip()
                : "";
    }
}

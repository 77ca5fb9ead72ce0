package io.baseload.service.web;

import io.baseload.service.tenant.Caller;
import io.baseload.service.tenant.KeyProperties;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Reads the credentials: {@code Authorization: Bearer} with an API key or an identity provider's token, or else {@code x-api-key}, as sent by Anthropic's clients. Wrong
 * credentials are refused at once, even on routes that need none.
 */
final class BearerCredentials extends OncePerRequestFilter {
    /** The expiry time of the request's key, if it is near. */
    static final String EXPIRES = "x-api-key-expires";

    private static final String KEY = "x-api-key";
    private static final String SCHEME = "Bearer ";

    private final CallerAdmission admission;
    private final KeyProperties properties;

    BearerCredentials(CallerAdmission admission, KeyProperties properties) {
        this.admission = admission;
        this.properties = properties;
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
            caller = admission.admit(credentials, request);
        } catch (RuntimeException e) {
            Failures.of(e, RequestIds.of(request)).write(request, response);
            return;
        }
        caller.rights().expiresAt().filter(this::isSoon).ifPresent(at -> response.setHeader(EXPIRES, at.toString()));
        SecurityContextHolder.setContext(new SecurityContextImpl(new KeyAuthentication(caller)));
        chain.doFilter(request, response);
        if (response.getStatus() == HttpServletResponse.SC_FORBIDDEN) {
            admission.forbidden(caller, request);
        }
    }

    private boolean isSoon(Instant end) {
        return end.isBefore(Instant.now().plus(properties.expiryNotice()));
    }

    /** The probes answer without checking keys, so that they work even when keys can't be looked up. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return List.of(Security.OPEN).contains(request.getServletPath());
    }

    /** Null if there are none. */
    private static @Nullable String credentials(HttpServletRequest request) {
        @Nullable String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        return header == null ? request.getHeader(KEY) : bearer(header);
    }

    /** The key or token; empty for another scheme, so that the request is refused. */
    private static String bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? header.substring(SCHEME.length()).strip()
                : "";
    }
}

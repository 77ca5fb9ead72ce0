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
 * Reads {@code Authorization: Bearer}, in which there is an API key or an identity provider's token, or where it is missing {@code x-api-key}, as Anthropic's clients send it.
 * What is wrong is refused at once, also where nothing is needed.
 */
final class BearerCredentials extends OncePerRequestFilter {
    /** When the key of this request ends, where that is soon. */
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

package io.baseload.service.web;

import io.baseload.service.audit.DeniedAccess;
import io.baseload.service.tenant.Caller;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads {@code Authorization: Bearer <key>}. A wrong key is refused at once, also where none is needed. Who is refused stands in the audit trail. */
final class BearerKeys extends OncePerRequestFilter {
    private static final String SCHEME = "Bearer ";
    private static final int MAX_PATH = 200;

    private final KeyChecks keys;
    private final ErrorResponses errors;
    private final DeniedAccess denied;

    BearerKeys(Authenticator authenticator, ErrorResponses errors, DeniedAccess denied) {
        this.keys = new KeyChecks(authenticator, System::nanoTime);
        this.errors = errors;
        this.denied = denied;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        @Nullable String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            chain.doFilter(request, response);
            return;
        }
        Optional<Caller> caller;
        try {
            caller = key(header).flatMap(key -> keys.check(key, request.getRemoteAddr()));
        } catch (RuntimeException e) {
            String id = RequestIds.of(request);
            Failures.of(e, id).write(response, id);
            return;
        }
        if (caller.isEmpty()) {
            denied.signInFailed(request.getRemoteAddr(), RequestIds.of(request));
            errors.commence(request, response, new BadCredentialsException("unknown key"));
            return;
        }
        SecurityContextHolder.setContext(new SecurityContextImpl(new KeyAuthentication(caller.get())));
        chain.doFilter(request, response);
        if (response.getStatus() == HttpServletResponse.SC_FORBIDDEN) {
            denied.forbidden(caller.get().actor(), route(request), request.getRemoteAddr(), RequestIds.of(request));
        }
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

    private static Optional<String> key(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }
}

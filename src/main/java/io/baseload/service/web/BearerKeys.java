package io.baseload.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.filter.OncePerRequestFilter;

/** Reads {@code Authorization: Bearer <key>}. A wrong key is refused at once, also where none is needed. */
final class BearerKeys extends OncePerRequestFilter {
    private static final String SCHEME = "Bearer ";

    private final Authenticator authenticator;
    private final Denials denials;

    BearerKeys(Authenticator authenticator, Denials denials) {
        this.authenticator = authenticator;
        this.denials = denials;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        @Nullable String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            chain.doFilter(request, response);
            return;
        }
        var authentication = key(header).flatMap(authenticator::authenticate).map(KeyAuthentication::new);
        if (authentication.isEmpty()) {
            denials.commence(request, response, new BadCredentialsException("unknown key"));
            return;
        }
        SecurityContextHolder.setContext(new SecurityContextImpl(authentication.get()));
        chain.doFilter(request, response);
    }

    private static Optional<String> key(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }
}

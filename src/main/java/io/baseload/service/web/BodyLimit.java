package io.baseload.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses bodies that are too large, by their announced length or as they arrive. Tomcat reads the rest ({@code max-swallow-size}), so that the client sees the answer. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 1)
final class BodyLimit extends OncePerRequestFilter {
    static final long MAX_BYTES = 8L << 20;

    private final BodyMemory memory = BodyMemory.ofHeap();

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > MAX_BYTES) {
            new LimitedRequest(request, memory).end();
            tooLarge().write(request, response);
            return;
        }
        var limited = new LimitedRequest(request, memory);
        try {
            chain.doFilter(limited, response);
        } finally {
            limited.end();
        }
    }

    static ApiException tooLarge() {
        return ApiException.refused(413, "request_too_large", "The body is larger than " + (MAX_BYTES >> 20) + " MB.");
    }
}

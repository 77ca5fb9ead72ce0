package io.baseload.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import org.slf4j.MDC;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Gives each request an id of our own making, in {@code x-request-id}, the log and the audit trail; also the client's address. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class RequestIds extends OncePerRequestFilter {
    static final String HEADER = "x-request-id";
    /** Where Anthropic's clients look for it. */
    private static final String ANTHROPIC_HEADER = "request-id";

    private static final String ATTRIBUTE = RequestIds.class.getName();

    /** The id of a request; makes one where no filter has. */
    public static String of(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof String id) {
            return id;
        }
        String id = next();
        request.setAttribute(ATTRIBUTE, id);
        return id;
    }

    static String next() {
        return "req_" + UUID.randomUUID().toString().replace("-", "");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String id = of(request);
        response.setHeader(HEADER, id);
        if (AnthropicError.isFormOf(request)) {
            response.setHeader(ANTHROPIC_HEADER, id);
        }
        try (var ignored = MDC.putCloseable("request_id", id);
                var alsoIgnored = MDC.putCloseable("address", request.getRemoteAddr())) {
            chain.doFilter(request, response);
        }
    }
}

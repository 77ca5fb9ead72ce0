package io.baseload.service.web;

import io.baseload.service.tracing.Traces;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Returns the trace of each request to the client, in {@code traceparent}, if tracing is on. Runs after the filter that starts the span. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
final class TraceHeaders extends OncePerRequestFilter {
    private final Traces traces;

    TraceHeaders(Traces traces) {
        this.traces = traces;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        traces.headers().forEach(response::setHeader);
        chain.doFilter(request, response);
    }
}

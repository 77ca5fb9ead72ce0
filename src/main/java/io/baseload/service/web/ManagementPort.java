package io.baseload.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.apache.catalina.connector.Connector;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A separate port for probes and metrics. It has its own connections, so it answers whatever the clients of the main port do. It exists if {@code baseload.management-port} is set;
 * the main port answers probes and metrics too.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
final class ManagementPort extends OncePerRequestFilter {
    private static final int MAX_CONNECTIONS = 64;
    private static final int BACKLOG = 1024;

    private final Optional<Connector> connector;

    ManagementPort(@Value("${baseload.management-port:}") String port) {
        this.connector = port.isBlank() ? Optional.empty() : Optional.of(connector(Integer.parseInt(port.strip())));
    }

    private static Connector connector(int port) {
        var protocol = new HttpProtocol();
        protocol.setMaxConnections(MAX_CONNECTIONS);
        protocol.setAcceptCount(BACKLOG);
        protocol.setExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("management-", 0).factory()));
        var connector = new Connector(protocol);
        connector.setPort(port);
        connector.setMaxPostSize(0); // forms are read by LimitedRequest
        return connector;
    }

    Optional<Connector> connector() {
        return connector;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getServletPath().startsWith("/actuator/")) {
            chain.doFilter(request, response);
        } else {
            Failures.byStatus(404, RequestIds.of(request)).write(request, response);
        }
    }

    /** Requests that arrive on another port. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return connector.isEmpty() || request.getLocalPort() != connector.get().getLocalPort();
    }
}

package io.baseload.service.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.apache.catalina.connector.Connector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A separate port for probes and metrics. It has its own connections, so it answers whatever the clients of the main port do. {@code baseload.management-port} is
 * empty, a port, or a distance such as {@code +1000} from the main port. The main port answers probes and metrics too.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 2)
final class ManagementPort extends OncePerRequestFilter {
    private static final int MAX_CONNECTIONS = 64;
    private static final int BACKLOG = 1024;

    private static final int USUAL_PORT = 8080;
    private static final int MAX_PORT = 65_535;

    private static final Logger log = LoggerFactory.getLogger(ManagementPort.class);

    private final Optional<Connector> connector;

    ManagementPort(@Value("${baseload.management-port:}") String port, ServerProperties server) {
        this.connector = connector(port.strip(), server);
    }

    private static Optional<Connector> connector(String port, ServerProperties server) {
        if (port.isEmpty()) {
            return Optional.empty();
        }
        return port.startsWith("+")
                ? relative(Integer.parseInt(port), server)
                : Optional.of(connector(Integer.parseInt(port), null));
    }

    /** As nobody has asked for this port, it is no more open than the main port, and the service starts without it if it is taken. */
    private static Optional<Connector> relative(int distance, ServerProperties server) {
        int main = Objects.requireNonNullElse(server.getPort(), USUAL_PORT);
        int port = main + distance;
        if (main <= 0 || port > MAX_PORT) {
            return Optional.empty();
        }
        if (!isFree(port, server.getAddress())) {
            log.warn(
                    "Port {} is taken, so probes and metrics are on port {} alone. Set baseload.management-port to"
                            + " another one.",
                    port,
                    main);
            return Optional.empty();
        }
        return Optional.of(connector(port, server.getAddress()));
    }

    private static boolean isFree(int port, @Nullable InetAddress address) {
        try (var socket = new ServerSocket(port, 1, address)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    /** @param address null = all of this machine */
    private static Connector connector(int port, @Nullable InetAddress address) {
        var protocol = new HttpProtocol();
        if (address != null) {
            protocol.setAddress(address);
        }
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

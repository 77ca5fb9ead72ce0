package io.baseload.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Optional;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;

class ManagementPortTest {
    private final ServerProperties server = new ServerProperties();

    private Optional<Connector> connector(String port) {
        return new ManagementPort(port, server).connector();
    }

    @Test
    void byDefaultItIsAtADistanceFromTheMainPortAndAtTheSameAddress() throws Exception {
        server.setAddress(InetAddress.getLoopbackAddress());
        server.setPort(freePort() - 1);
        assertThat(connector("+1")).hasValueSatisfying(it -> {
            assertThat(it.getPort()).isEqualTo(server.getPort() + 1);
            assertThat(((AbstractProtocol<?>) it.getProtocolHandler()).getAddress())
                    .isEqualTo(InetAddress.getLoopbackAddress());
        });
    }

    @Test
    void anotherProcessThereIsNoReasonNotToStart() throws Exception {
        try (var other = new ServerSocket(0)) {
            server.setPort(other.getLocalPort() - 1);
            assertThat(connector("+1")).isEmpty();
            String port = Integer.toString(other.getLocalPort());
            assertThat(connector(port)).isPresent(); // and a start that fails, because it was demanded
        }
    }

    @Test
    void aPortThatTheSystemChoosesHasNoNeighbour() {
        server.setPort(0);
        assertThat(connector("+1")).isEmpty();
        server.setPort(65_535);
        assertThat(connector("+1")).isEmpty();
    }

    @Test
    void itCanBeSwitchedOff() {
        assertThat(connector(" ")).isEmpty();
    }

    private static int freePort() throws Exception {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

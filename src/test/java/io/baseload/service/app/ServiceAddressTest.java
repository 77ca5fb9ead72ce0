package io.baseload.service.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;

class ServiceAddressTest {
    private final ServerProperties server = new ServerProperties();

    @Test
    void isPlainWithoutCertificate() {
        assertThat(ServiceAddress.of(server, "10.0.0.1", 8080)).isEqualTo("http://10.0.0.1:8080");
        Ssl off = Ssl.forBundle("web");
        off.setEnabled(false);
        server.setSsl(off);
        assertThat(ServiceAddress.of(server, "localhost", 8080)).isEqualTo("http://localhost:8080");
    }

    @Test
    void isHttpsWithACertificate() {
        server.setSsl(Ssl.forBundle("web"));
        assertThat(ServiceAddress.of(server, "localhost", 8443)).isEqualTo("https://localhost:8443");
    }

    @Test
    void hasBracketsAroundIpV6() {
        assertThat(ServiceAddress.of(server, "2001:db8:0:0:0:0:0:1", 8080))
                .isEqualTo("http://[2001:db8:0:0:0:0:0:1]:8080");
    }
}

package io.baseload.service.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.testing.Patience;
import io.baseload.testing.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** Connections that begin no TLS handshake give way as well, again and again. */
@ScriptedTest
@TestPropertySource(
        properties = {"server.ssl.bundle=it", "server.tomcat.connection-timeout=10m", "server.tomcat.max-connections=16"
        })
class CrowdedTlsTest {
    private static final int CONNECTIONS = 16;

    @TempDir
    static Path folder;

    private static TestCertificate certificate;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void certificate(DynamicPropertyRegistry registry) throws Exception {
        certificate = TestCertificate.create(folder);
        Path shown = certificate.certificateFile(folder.resolve("certificate.pem"));
        Path key = certificate.keyFile(folder.resolve("key.pem"));
        registry.add("spring.ssl.bundle.pem.it.keystore.certificate", shown::toUri);
        registry.add("spring.ssl.bundle.pem.it.keystore.private-key", key::toUri);
    }

    @Test
    void thoseThatSayNothingGiveWay() throws Exception {
        try (var silent = new OpenConnections()) {
            for (int round = 0; round < 3; round++) {
                silent.begin(port, CONNECTIONS, "");
                assertThat(status()).isEqualTo(200);
            }
        }
    }

    private int status() throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(certificate.context()).build()) {
            var request = HttpRequest.newBuilder(URI.create("https://localhost:" + port + "/v1/models"))
                    .header("Authorization", "Bearer bl_user")
                    .timeout(Patience.LIMIT)
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode();
        }
    }
}

package io.baseload.testcontainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetailsFactories;
import org.springframework.boot.docker.compose.core.ConnectionPorts;
import org.springframework.boot.docker.compose.core.ImageReference;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;

/** What Spring Boot makes of a running service of Docker Compose, through all factories that it finds. */
class DockerComposeConnectionTest {
    private static final ConnectionDetailsFactories FACTORIES =
            new ConnectionDetailsFactories(DockerComposeConnectionTest.class.getClassLoader());

    @Test
    void imageIsFoundWithPortAndKey() {
        var details = connection("registry.example.com/baseload:0.1.0", Map.of("BASELOAD_BOOTSTRAP_KEY", "bl_key"));
        assertEquals("http://docker.example.com:49152/v1", details.baseUrl());
        assertEquals("bl_key", details.apiKey());
    }

    @Test
    void missingKeyIsNamed() {
        var e = assertThrows(IllegalStateException.class, () -> connection("baseload", Map.of()));
        assertTrue(e.getMessage().contains("'llm' of Docker Compose needs BASELOAD_BOOTSTRAP_KEY"), e::getMessage);
    }

    @Test
    void otherImagesAreNone() {
        assertFalse(FACTORIES
                .getConnectionDetails(source("example/other", Map.of()), false)
                .containsKey(BaseloadConnectionDetails.class));
    }

    private static BaseloadConnectionDetails connection(String image, Map<String, String> environment) {
        var all = FACTORIES.getConnectionDetails(source(image, environment), true);
        return assertInstanceOf(BaseloadConnectionDetails.class, all.get(BaseloadConnectionDetails.class));
    }

    /** As Spring Boot makes it; the constructor is its own. */
    private static DockerComposeConnectionSource source(String image, Map<String, String> environment) {
        try {
            var constructor =
                    DockerComposeConnectionSource.class.getDeclaredConstructor(RunningService.class, Environment.class);
            constructor.setAccessible(true);
            return constructor.newInstance(
                    new Service("llm", ImageReference.of(image), environment), new StandardEnvironment());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private record Service(String name, ImageReference image, Map<String, String> env) implements RunningService {
        @Override
        public String host() {
            return "docker.example.com";
        }

        @Override
        public ConnectionPorts ports() {
            return new ConnectionPorts() {
                @Override
                public int get(int port) {
                    assertEquals(8080, port);
                    return 49152;
                }

                @Override
                public List<Integer> getAll() {
                    return List.of(49152);
                }

                @Override
                public List<Integer> getAll(String protocol) {
                    return getAll();
                }
            };
        }

        @Override
        public Map<String, String> labels() {
            return Map.of();
        }
    }
}

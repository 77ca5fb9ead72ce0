package io.baseload.testcontainers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.testcontainers.utility.DockerImageName;

class BaseloadContainerTest {

    @Test
    void bringsAKeyOfItsOwn() {
        BaseloadContainer container = new BaseloadContainer("baseload:0.1.0");
        assertTrue(container.getApiKey().matches("bl_[0-9A-Za-z]{43}"), container::getApiKey);
        assertEquals(container.getApiKey(), container.getEnvMap().get("BASELOAD_BOOTSTRAP_KEY"));
        assertNotEquals(container.getApiKey(), new BaseloadContainer("baseload:0.1.0").getApiKey());
        assertEquals("bl_other", container.withApiKey("bl_other").getApiKey());
    }

    @Test
    void hasThePortsOfTheImage() {
        assertEquals(List.of(8080, 8081), new BaseloadContainer("baseload:0.1.0").getExposedPorts());
    }

    @Test
    void isABeanAsTheDocumentationShowsIt() {
        assertEquals(List.of(8080, 8081), new Containers().baseload().getExposedPorts());
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Containers {
        @Bean
        @ServiceConnection
        BaseloadContainer baseload() {
            return new BaseloadContainer("baseload:latest");
        }
    }

    @Test
    void takesNoOtherImageUnlessDeclared() {
        assertThrows(IllegalStateException.class, () -> new BaseloadContainer("redis:8"));
        assertEquals(
                2,
                new BaseloadContainer(DockerImageName.parse("mine:1").asCompatibleSubstituteFor("baseload"))
                        .getExposedPorts()
                        .size());
    }
}

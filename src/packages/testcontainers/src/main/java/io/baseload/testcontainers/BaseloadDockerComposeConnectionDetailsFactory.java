package io.baseload.testcontainers;

import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;

/** For a service in a Docker Compose file whose image is called {@code baseload}, or whose label {@code org.springframework.boot.service-connection} says so. */
class BaseloadDockerComposeConnectionDetailsFactory
        extends DockerComposeConnectionDetailsFactory<BaseloadConnectionDetails> {

    BaseloadDockerComposeConnectionDetailsFactory() {
        super(BaseloadContainer.IMAGE);
    }

    @Override
    protected BaseloadConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
        return new Details(source.getRunningService());
    }

    private static final class Details extends DockerComposeConnectionDetails implements BaseloadConnectionDetails {
        private final String baseUrl;
        private final String apiKey;

        private Details(RunningService service) {
            super(service);
            String key = service.env().get(BaseloadContainer.KEY_VARIABLE);
            if (key == null) {
                throw new IllegalStateException("the service '" + service.name() + "' of Docker Compose needs "
                        + BaseloadContainer.KEY_VARIABLE + " in its environment, so that the application knows a key");
            }
            baseUrl = "http://" + service.host() + ":" + service.ports().get(BaseloadContainer.API_PORT) + "/v1";
            apiKey = key;
        }

        @Override
        public String baseUrl() {
            return baseUrl;
        }

        @Override
        public String apiKey() {
            return apiKey;
        }
    }
}

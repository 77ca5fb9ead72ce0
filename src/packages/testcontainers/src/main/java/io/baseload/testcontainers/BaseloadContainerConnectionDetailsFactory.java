package io.baseload.testcontainers;

import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;

/** For a {@link BaseloadContainer} with {@code @ServiceConnection}. */
class BaseloadContainerConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<BaseloadContainer, BaseloadConnectionDetails> {

    @Override
    protected BaseloadConnectionDetails getContainerConnectionDetails(
            ContainerConnectionSource<BaseloadContainer> source) {
        return new Details(source);
    }

    /** Read when the application connects, because a container that hasn't started has no ports. */
    private static final class Details extends ContainerConnectionDetails<BaseloadContainer>
            implements BaseloadConnectionDetails {

        private Details(ContainerConnectionSource<BaseloadContainer> source) {
            super(source);
        }

        @Override
        public String baseUrl() {
            return getContainer().getBaseUrl();
        }

        @Override
        public String apiKey() {
            return getContainer().getApiKey();
        }
    }
}

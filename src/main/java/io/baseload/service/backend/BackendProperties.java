package io.baseload.service.backend;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How remote engines may be reached.
 *
 * @param allowedHosts hosts that backends may have, each {@code host} (any port) or {@code host:port}; none = no backends
 * @param keyFolder the folder with files of backend keys; absent = {@code backend-keys} in the home
 * @param connectTimeout timeout for a connection
 * @param probeInterval how often each backend is probed
 * @param probeTimeout how long a backend may take to answer a probe
 * @param sslBundle name of a bundle from {@code spring.ssl.bundle} with trusted certificates and a client certificate; absent = Java's own
 */
@ConfigurationProperties("baseload.backends")
public record BackendProperties(
        @DefaultValue List<String> allowedHosts,
        @Nullable Path keyFolder,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("5s") Duration probeInterval,
        @DefaultValue("5s") Duration probeTimeout,
        @Nullable String sslBundle) {}

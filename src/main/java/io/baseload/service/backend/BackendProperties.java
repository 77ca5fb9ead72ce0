package io.baseload.service.backend;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How other engines may be reached.
 *
 * @param allowedHosts hosts that backends may have, each {@code host} (any port) or {@code host:port}; none = no backends
 * @param keyFolder where files with keys of backends lie; absent = {@code backend-keys} in the home
 * @param connectTimeout how long a connection may take
 * @param probeInterval how often each backend is asked whether it is there
 * @param sslBundle name of a bundle below {@code spring.ssl.bundle} whose certificates are believed, and shown; absent = as Java has it
 */
@ConfigurationProperties("baseload.backends")
public record BackendProperties(
        @DefaultValue List<String> allowedHosts,
        @Nullable Path keyFolder,
        @DefaultValue("5s") Duration connectTimeout,
        @DefaultValue("5s") Duration probeInterval,
        @Nullable String sslBundle) {}

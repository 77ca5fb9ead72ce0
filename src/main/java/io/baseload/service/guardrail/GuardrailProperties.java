package io.baseload.service.guardrail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How filter servers may be reached.
 *
 * @param allowedHosts as in {@link io.baseload.service.outbound.AllowedHosts}; none = no filter servers
 * @param keyFolder the folder with files of their keys; absent = {@code guardrail-keys} in the home
 * @param connectTimeout timeout for a connection
 * @param sslBundle name of a bundle from {@code spring.ssl.bundle} with trusted certificates and a client certificate; absent = Java's own
 */
@ConfigurationProperties("baseload.guardrails")
public record GuardrailProperties(
        @DefaultValue List<String> allowedHosts,
        @Nullable Path keyFolder,
        @DefaultValue("5s") Duration connectTimeout,
        @Nullable String sslBundle) {}

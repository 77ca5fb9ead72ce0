package io.baseload.service.guardrail;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How servers that filter may be reached.
 *
 * @param allowedHosts as {@link io.baseload.service.outbound.AllowedHosts} has them; none = no filter may be elsewhere
 * @param keyFolder where files with their keys lie; absent = {@code guardrail-keys} in the home
 * @param connectTimeout how long a connection may take
 * @param sslBundle name of a bundle below {@code spring.ssl.bundle} whose certificates are believed, and shown; absent = as Java has it
 */
@ConfigurationProperties("baseload.guardrails")
public record GuardrailProperties(
        @DefaultValue List<String> allowedHosts,
        @Nullable Path keyFolder,
        @DefaultValue("5s") Duration connectTimeout,
        @Nullable String sslBundle) {}

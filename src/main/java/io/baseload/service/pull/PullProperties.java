package io.baseload.service.pull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * From where models may be pulled, and how.
 *
 * @param allowedHosts as {@link io.baseload.service.outbound.AllowedHosts} has them, those that downloads are redirected to included; none = nothing can be pulled
 * @param allowedLicenses licences as sources state them, such as {@code apache-2.0}; none = any
 * @param keyFolder where files with keys of sources lie; absent = {@code pull-keys} in the home
 * @param signerFolder where public keys of those who sign models lie; absent = {@code model-signers} in the home
 * @param requireSignature whether a model without a signature is refused
 * @param connections files that are downloaded at the same time, by all pulls together
 * @param bandwidth bytes a second, of all pulls together; absent = as fast as it goes
 * @param connectTimeout how long a connection may take
 * @param idleTimeout how long a server may be silent
 * @param retries how often in a row a file may break off without a byte more
 * @param retryPause before the first new try; it doubles with each
 * @param sslBundle name of a bundle below {@code spring.ssl.bundle}; absent = as Java has it
 */
@ConfigurationProperties("baseload.pulls")
public record PullProperties(
        @DefaultValue List<String> allowedHosts,
        @DefaultValue List<String> allowedLicenses,
        @Nullable Path keyFolder,
        @Nullable Path signerFolder,
        @DefaultValue("false") boolean requireSignature,
        @DefaultValue("4") int connections,
        @Nullable DataSize bandwidth,
        @DefaultValue("10s") Duration connectTimeout,
        @DefaultValue("60s") Duration idleTimeout,
        @DefaultValue("5") int retries,
        @DefaultValue("1s") Duration retryPause,
        @Nullable String sslBundle) {
    public PullProperties {
        if (connections < 1) {
            throw new PullException("Pulls need at least one connection, not " + connections + ".");
        }
    }
}

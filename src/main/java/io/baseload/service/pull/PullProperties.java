package io.baseload.service.pull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The allowed sources of models, and the limits of downloads.
 *
 * @param allowedHosts as in {@link io.baseload.service.outbound.AllowedHosts}, including redirect targets; none = nothing can be pulled
 * @param allowedLicenses licences as stated by sources, such as {@code apache-2.0}; none = any
 * @param keyFolder the folder with files of source keys; absent = {@code pull-keys} in the home
 * @param signerFolder the folder with public keys of model signers, certificates of authorities, and what keyless signatures need; absent = {@code model-signers} in the home
 * @param requireSignature whether a model without a signature is refused
 * @param connections files downloaded at the same time, by all pulls together
 * @param bandwidth bytes per second, of all pulls together; absent = no limit
 * @param connectTimeout timeout for a connection
 * @param idleTimeout the longest time without a byte
 * @param retries how often in a row a file may break off without any progress
 * @param retryPause before the first retry; it doubles with each
 * @param sslBundle name of a bundle from {@code spring.ssl.bundle}; absent = Java's own
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

package io.baseload.service.batch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits on files and their lifetime.
 *
 * @param ttl lifetime of a file whose upload doesn't set one; zero = no uploads
 * @param maxSize largest size of an upload
 * @param maxSizePerTenant largest total size of a tenant's files; outputs of batches count, but are always written
 * @param maxCountPerTenant largest number of a tenant's files
 * @param maxUploads maximum number of uploads that one process receives at the same time; one tenant has at most half of them
 */
@ConfigurationProperties("baseload.files")
record FileProperties(
        @DefaultValue("30d") Duration ttl,
        @DefaultValue("64MB") DataSize maxSize,
        @DefaultValue("256MB") DataSize maxSizePerTenant,
        @DefaultValue("500") int maxCountPerTenant,
        @DefaultValue("8") int maxUploads) {
    FileProperties {
        if (ttl.isNegative()) {
            throw new IllegalArgumentException("baseload.files.ttl must not be negative");
        }
    }
}

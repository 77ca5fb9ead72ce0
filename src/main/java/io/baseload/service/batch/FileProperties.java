package io.baseload.service.batch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How long files are kept, and how many.
 *
 * @param ttl of a file whose upload doesn't say; zero = none can be uploaded
 * @param maxSize of one upload
 * @param maxSizePerTenant of all files of a tenant together; what batches answer counts, but is always written
 * @param maxUploads that one process receives at a time
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

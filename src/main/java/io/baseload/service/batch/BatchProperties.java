package io.baseload.service.batch;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The limits of batches, and how long they are kept.
 *
 * @param concurrency lines that one process runs at the same time; 0 = none
 * @param maxLines of one batch
 * @param maxOutputSize of the results of one batch; once it is reached, no more lines are begun
 * @param maxActivePerTenant batches of a tenant that have not ended
 * @param maxEndedPerTenant batches of a tenant that have ended; a new batch takes the place of the oldest
 * @param ttl of a batch after its end, and of its output files if it sets none
 */
@ConfigurationProperties("baseload.batches")
record BatchProperties(
        @DefaultValue("4") int concurrency,
        @DefaultValue("50000") int maxLines,
        @DefaultValue("256MB") DataSize maxOutputSize,
        @DefaultValue("20") int maxActivePerTenant,
        @DefaultValue("1000") int maxEndedPerTenant,
        @DefaultValue("30d") Duration ttl) {
    BatchProperties {
        if (!ttl.isPositive()) {
            throw new IllegalArgumentException("baseload.batches.ttl must be positive");
        }
        if (maxEndedPerTenant < 0) {
            throw new IllegalArgumentException("baseload.batches.max-ended-per-tenant must not be negative");
        }
    }
}

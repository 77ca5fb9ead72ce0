package io.baseload.service.batch;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much is done for batches.
 *
 * @param concurrency lines that one process runs at a time; 0 = it runs none
 * @param maxLines of one batch
 * @param maxActivePerTenant batches of a tenant that have not ended
 */
@ConfigurationProperties("baseload.batches")
record BatchProperties(
        @DefaultValue("4") int concurrency,
        @DefaultValue("50000") int maxLines,
        @DefaultValue("20") int maxActivePerTenant) {}

package io.baseload.service.contents;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Lifetime and size of stored responses.
 *
 * @param ttl after the last answer of a conversation; zero = none is stored
 * @param maxSizePerTenant total size of a tenant's stored responses
 */
@ConfigurationProperties("baseload.responses")
public record ResponseStoreProperties(
        @DefaultValue("30d") Duration ttl,
        @DefaultValue("256MB") DataSize maxSizePerTenant) {
    public ResponseStoreProperties {
        if (ttl.isNegative()) {
            throw new IllegalArgumentException("baseload.responses.ttl must not be negative");
        }
    }
}

package io.baseload.service.tenant;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long keys live.
 *
 * @param expiryNotice how long before its end a key is said to expire soon
 * @param personalLifetime how long a key may be valid that a person makes
 */
@ConfigurationProperties("baseload.keys")
public record KeyProperties(
        @DefaultValue("14d") Duration expiryNotice,
        @DefaultValue("90d") Duration personalLifetime) {}

package io.baseload.service.tenant;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Lifetimes of keys.
 *
 * @param expiryNotice how long before its expiry a key counts as expiring soon
 * @param personalLifetime the longest lifetime of a personal key
 */
@ConfigurationProperties("baseload.keys")
public record KeyProperties(
        @DefaultValue("14d") Duration expiryNotice,
        @DefaultValue("90d") Duration personalLifetime) {}

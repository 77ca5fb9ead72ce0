package io.baseload.service.mcp;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings for assistants.
 *
 * @param enabled whether {@code /mcp} answers
 * @param writes whether tools that change something are offered
 */
@ConfigurationProperties("baseload.mcp")
record McpProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("false") boolean writes) {}

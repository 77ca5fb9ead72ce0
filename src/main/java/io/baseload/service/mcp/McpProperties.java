package io.baseload.service.mcp;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What assistants may use.
 *
 * @param enabled whether {@code /mcp} answers
 * @param writes whether there are tools that change something
 */
@ConfigurationProperties("baseload.mcp")
record McpProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("false") boolean writes) {}

package io.baseload.service.mcp;

import io.baseload.service.api.Api;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.web.CallerAdmission;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.util.List;
import org.springframework.ai.mcp.server.webmvc.transport.WebMvcStatelessServerTransport;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/** The tools for Spring AI's server, which implements the protocol. There are no sessions, so any process can answer any call. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(McpProperties.class)
class McpConfiguration {
    @Bean
    List<SyncToolSpecification> adminTools(
            Api api,
            AuditTrail audit,
            TransactionOperations transactions,
            CallerAdmission admission,
            McpProperties properties) {
        var tools = new McpTools(api, audit, transactions, admission);
        return AdminTools.of(properties.writes()).stream()
                .map(tools::specification)
                .toList();
    }

    /** The filter in front of Spring AI's transport. */
    @Bean
    @Primary
    @ConditionalOnBooleanProperty(name = "baseload.mcp.enabled", matchIfMissing = true)
    McpStatelessServerTransport toolListing(WebMvcStatelessServerTransport transport, McpProperties properties) {
        return new ToolListing(transport, AdminTools.of(properties.writes()));
    }

    /** Replaces Spring AI's route of this name. */
    @Bean
    @ConditionalOnBooleanProperty(name = "baseload.mcp.enabled", matchIfMissing = true)
    RouterFunction<ServerResponse> webMvcStatelessServerRouterFunction(
            WebMvcStatelessServerTransport transport, @Qualifier("mcpServerJsonMapper") JsonMapper json) {
        return transport.getRouterFunction().filter(new EnvelopeFilter(new JacksonMcpJsonMapper(json)));
    }
}

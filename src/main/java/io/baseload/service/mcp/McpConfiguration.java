package io.baseload.service.mcp;

import io.baseload.service.api.Api;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.web.CallerAdmission;
import io.modelcontextprotocol.server.McpStatelessServerFeatures.SyncToolSpecification;
import java.util.List;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.support.TransactionOperations;

/** The tools for Spring AI's server, which speaks the protocol: without sessions, so that any process may answer any call. */
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
}

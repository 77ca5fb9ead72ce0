package io.baseload.service.mcp;

import io.baseload.service.api.Api;
import io.baseload.service.audit.AuditTrail;
import io.baseload.service.web.CallerAdmission;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpStatelessSyncServer;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import java.util.List;
import java.util.Objects;
import org.springframework.ai.mcp.server.common.autoconfigure.properties.McpServerProperties;
import org.springframework.ai.mcp.server.webmvc.transport.WebMvcStatelessServerTransport;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.ServerResponse;
import tools.jackson.databind.json.JsonMapper;

/** The protocol's server over Spring AI's transport. There are no sessions, so any process can answer any call. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({McpProperties.class, McpServerProperties.class})
@ConditionalOnBooleanProperty(name = "baseload.mcp.enabled", matchIfMissing = true)
class McpConfiguration {
    /** Leaves the check of arguments to the tools, whose refusals a model can read. */
    @Bean
    McpStatelessSyncServer mcpServer(
            WebMvcStatelessServerTransport transport,
            McpServerProperties protocol,
            McpProperties properties,
            Api api,
            AuditTrail audit,
            TransactionOperations transactions,
            CallerAdmission admission,
            @Qualifier("mcpServerJsonMapper") JsonMapper json,
            ObjectProvider<BuildProperties> build) {
        List<AdminTool> tools = AdminTools.of(properties.writes());
        var calls = new McpTools(api, audit, transactions, admission, tools);
        return McpServer.sync(new ToolTransport(transport, tools, calls, new JacksonMcpJsonMapper(json)))
                .serverInfo(protocol.getName(), version(build))
                .capabilities(ServerCapabilities.builder().tools(false).build())
                .tools(tools.stream().map(calls::specification).toList())
                .validateToolInputs(false)
                .immediateExecution(true) // in the request's thread, which has the caller
                .build();
    }

    /** Only packages know theirs. */
    private static String version(ObjectProvider<BuildProperties> build) {
        return build.stream()
                .map(BuildProperties::getVersion)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("from source");
    }

    /** Replaces Spring AI's route of this name. */
    @Bean
    RouterFunction<ServerResponse> webMvcStatelessServerRouterFunction(
            WebMvcStatelessServerTransport transport, @Qualifier("mcpServerJsonMapper") JsonMapper json) {
        return transport.getRouterFunction().filter(new EnvelopeFilter(new JacksonMcpJsonMapper(json)));
    }
}

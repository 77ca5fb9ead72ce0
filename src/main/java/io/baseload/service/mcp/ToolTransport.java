package io.baseload.service.mcp;

import io.baseload.service.tenant.Caller;
import io.baseload.service.web.KeyAuthentication;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.publisher.Mono;

/** Lists for each caller only the tools that it may call. */
final class ToolListing implements McpStatelessServerTransport {
    private final McpStatelessServerTransport transport;
    private final List<AdminTool> tools;

    ToolListing(McpStatelessServerTransport transport, List<AdminTool> tools) {
        this.transport = transport;
        this.tools = tools;
    }

    @Override
    public void setMcpHandler(McpStatelessServerHandler server) {
        transport.setMcpHandler(new McpStatelessServerHandler() {
            @Override
            public Mono<JSONRPCResponse> handleRequest(McpTransportContext context, JSONRPCRequest request) {
                Set<String> callable = callable();
                return server.handleRequest(context, request).map(response -> of(response, callable));
            }

            @Override
            public Mono<Void> handleNotification(McpTransportContext context, JSONRPCNotification notification) {
                return server.handleNotification(context, notification);
            }
        });
    }

    private static JSONRPCResponse of(JSONRPCResponse response, Set<String> callable) {
        if (!(response.result() instanceof ListToolsResult all)) {
            return response;
        }
        var listed = all.tools().stream()
                .filter(tool -> callable.contains(tool.name()))
                .toList();
        return new JSONRPCResponse(
                response.jsonrpc(),
                response.id(),
                new ListToolsResult(listed, all.nextCursor(), all.meta()),
                response.error());
    }

    private Set<String> callable() {
        return SecurityContextHolder.getContext().getAuthentication() instanceof KeyAuthentication key
                ? callable(key.getPrincipal())
                : Set.of();
    }

    private Set<String> callable(Caller caller) {
        return tools.stream()
                .filter(tool -> tool.mayBeCalledBy(caller))
                .map(AdminTool::name)
                .collect(Collectors.toSet());
    }

    @Override
    public List<String> protocolVersions() {
        return transport.protocolVersions();
    }

    @Override
    public Mono<Void> closeGracefully() {
        return transport.closeGracefully();
    }
}

package io.baseload.service.mcp;

import io.baseload.service.tenant.Caller;
import io.baseload.service.web.KeyAuthentication;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.publisher.Mono;

/**
 * Has each call of a tool recorded before the protocol's server sees it, because that one refuses some without asking anybody: calls of tools that don't exist, or whose arguments
 * are no object. Lists for each caller only the tools that it may call.
 */
final class ToolTransport implements McpStatelessServerTransport {
    private final McpStatelessServerTransport transport;
    private final List<AdminTool> tools;
    private final McpTools calls;

    ToolTransport(McpStatelessServerTransport transport, List<AdminTool> tools, McpTools calls) {
        this.transport = transport;
        this.tools = tools;
        this.calls = calls;
    }

    @Override
    public void setMcpHandler(McpStatelessServerHandler server) {
        transport.setMcpHandler(new McpStatelessServerHandler() {
            @Override
            public Mono<JSONRPCResponse> handleRequest(McpTransportContext context, JSONRPCRequest request) {
                if (request.method().equals(McpSchema.METHOD_TOOLS_CALL)) {
                    var refusal = calls.record(name(request));
                    if (refusal.isPresent()) {
                        return Mono.just(JSONRPCResponse.result(request.id(), refusal.get()));
                    }
                }
                Set<String> callable = callable();
                return server.handleRequest(context, request).map(response -> of(response, callable));
            }

            @Override
            public Mono<Void> handleNotification(McpTransportContext context, JSONRPCNotification notification) {
                return server.handleNotification(context, notification);
            }
        });
    }

    /** Empty if the call has none. */
    private static String name(JSONRPCRequest call) {
        return call.params() instanceof Map<?, ?> given && given.get("name") instanceof String name ? name : "";
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

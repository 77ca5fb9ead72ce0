package io.baseload.service.mcp;

import io.baseload.service.tenant.Caller;
import io.baseload.service.web.KeyAuthentication;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.McpStatelessServerHandler;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse.JSONRPCError;
import io.modelcontextprotocol.spec.McpSchema.ListToolsResult;
import io.modelcontextprotocol.spec.McpStatelessServerTransport;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.publisher.Mono;

/**
 * Has each call of a tool recorded before the protocol's server sees it, because that one refuses some without asking anybody: calls of tools that don't exist, or whose arguments
 * are no object. Lists for each caller only the tools that it may call. Answers what the server refuses or fails at with an error of JSON-RPC that has the request's id.
 */
final class ToolTransport implements McpStatelessServerTransport {
    private final McpStatelessServerTransport transport;
    private final List<AdminTool> tools;
    private final McpTools calls;
    private final McpJsonMapper json;

    ToolTransport(McpStatelessServerTransport transport, List<AdminTool> tools, McpTools calls, McpJsonMapper json) {
        this.transport = transport;
        this.tools = tools;
        this.calls = calls;
        this.json = json;
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
                if (!hasValidParams(request)) {
                    return Mono.just(error(request, ErrorCodes.INVALID_PARAMS, "Invalid params: " + request.method()));
                }
                Set<String> callable = callable();
                return Mono.defer(() -> server.handleRequest(context, request))
                        .map(response -> of(response, callable))
                        .onErrorResume(failure -> Mono.just(failed(request, failure)));
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

    /** Whether the server can read them; it would take the failure to do so for its own. */
    private boolean hasValidParams(JSONRPCRequest request) {
        return switch (request.method()) {
            case McpSchema.METHOD_TOOLS_CALL -> isReadable(request.params(), CallToolRequest.class);
            case McpSchema.METHOD_INITIALIZE -> isReadable(request.params(), InitializeRequest.class);
            default -> true; // takes none
        };
    }

    private boolean isReadable(@Nullable Object params, Class<?> type) {
        try {
            return params instanceof Map && json.convertValue(params, type) != null;
        } catch (RuntimeException e) { // which ones is not documented
            return false;
        }
    }

    private static JSONRPCResponse failed(JSONRPCRequest request, Throwable failure) {
        return failure instanceof McpError refusal && refusal.getJsonRpcError() != null
                ? JSONRPCResponse.error(request.id(), refusal.getJsonRpcError())
                : error(
                        request,
                        ErrorCodes.INTERNAL_ERROR,
                        McpTools.refusal(failure).words());
    }

    private static JSONRPCResponse error(JSONRPCRequest request, int code, String message) {
        return JSONRPCResponse.error(request.id(), new JSONRPCError(code, message));
    }

    private static JSONRPCResponse of(JSONRPCResponse response, Set<String> callable) {
        if (response.error() != null && response.error().code() == ErrorCodes.INTERNAL_ERROR) {
            throw new IllegalStateException(response.error().message()); // of an exception that nobody has logged
        }
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

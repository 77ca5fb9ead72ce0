package io.baseload.service.mcp;

import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.ErrorCodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.function.EntityResponse;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;

/**
 * Refuses messages other than requests and notifications, and turns failures into errors of JSON-RPC. The transport itself would send the exception with its stack trace as the body.
 */
final class EnvelopeFilter implements HandlerFilterFunction<ServerResponse, ServerResponse> {
    /** Arguments are names and numbers. */
    private static final int MAX_BYTES = 256 << 10;

    private final McpJsonMapper json;

    EnvelopeFilter(McpJsonMapper json) {
        this.json = json;
    }

    @Override
    public ServerResponse filter(ServerRequest request, HandlerFunction<ServerResponse> transport) throws Exception {
        if (!request.method().equals(HttpMethod.POST)) {
            return transport.handle(request);
        }
        byte[] body = request.servletRequest().getInputStream().readNBytes(MAX_BYTES + 1);
        if (body.length > MAX_BYTES) {
            return error(413, ErrorCodes.INVALID_REQUEST, "The body is larger than " + (MAX_BYTES >> 10) + " KB.");
        }
        if (!isReadable(body)) {
            return error(400, ErrorCodes.INVALID_REQUEST, "Expected one request or notification of JSON-RPC 2.0.");
        }
        ServerResponse response =
                transport.handle(ServerRequest.from(request).body(body).build());
        boolean failed = response instanceof EntityResponse<?> whole && whole.entity() instanceof McpError;
        return failed ? error(500, ErrorCodes.INTERNAL_ERROR, "The server failed. Its log has the details.") : response;
    }

    private boolean isReadable(byte[] body) {
        try {
            var message = McpSchema.deserializeJsonRpcMessage(json, new String(body, StandardCharsets.UTF_8));
            return !(message instanceof McpSchema.JSONRPCResponse);
        } catch (IOException | RuntimeException e) { // which ones is not documented
            return false;
        }
    }

    private static ServerResponse error(int status, int code, String message) {
        var answer = new LinkedHashMap<String, @Nullable Object>();
        answer.put("jsonrpc", "2.0");
        answer.put("id", null); // as the standard requires if none was read
        answer.put("error", Map.of("code", code, "message", message));
        return ServerResponse.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(answer);
    }
}
